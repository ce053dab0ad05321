# The CrateDB stand-in of the tests as an image: build/standin/crate-standin and build/standin/image.tar.
# Included by the top Makefile, whose rules build the program like every other binary.

STANDIN_DIRECTORY := tests/standin
STANDIN_BUILD := $(B)/standin
STANDIN_TAG := cratekeeper/crate-standin:6.4.5

standin: $(STANDIN_BUILD)/crate-standin $(STANDIN_BUILD)/image.tar

$(STANDIN_BUILD)/crate-standin: $(B)/crate-standin
	@mkdir -p $(@D)
	@cp $< $@$(PART) && mv -f $@$(PART) $@

$(STANDIN_BUILD)/image.tar: $(STANDIN_BUILD)/crate-standin $(STANDIN_DIRECTORY)/make-image
	$(STANDIN_DIRECTORY)/make-image $< $(STANDIN_TAG) $@

# Its pure parts, for the unit tests: logic on values, linked without a system library.
STANDIN_PURE := $(foreach part,allocation bootstrap_vote cluster cluster_change cluster_election cluster_master \
    cluster_state command_line crate_yaml decommissioning gateway host_based settings settings_known shared_settings \
    sql_lexer sql_parser sql_parser_admin sql_reader version,$(STANDIN_DIRECTORY)/$(part).cpp)

$(B)/release/standin.a: $(call objects,release,$(STANDIN_PURE))
$(B)/sanitize/standin.a: $(call objects,sanitize,$(STANDIN_PURE))

.PHONY: standin
