# The CrateDB stand-in of the tests as an image: build/standin/crate-standin and build/standin/image.tar.
# Included by the top Makefile, whose rules build the program itself like every other binary.

STANDIN_DIRECTORY := tests/standin
STANDIN_BUILD := $(B)/standin
STANDIN_TAG := cratekeeper/crate-standin:6.4.5

standin: $(STANDIN_BUILD)/crate-standin $(STANDIN_BUILD)/image.tar

$(STANDIN_BUILD)/crate-standin: $(B)/crate-standin
	@mkdir -p $(@D)
	@cp $< $@

$(STANDIN_BUILD)/image.tar: $(STANDIN_BUILD)/crate-standin $(STANDIN_DIRECTORY)/make-image
	$(STANDIN_DIRECTORY)/make-image $< $(STANDIN_TAG) $@

.PHONY: standin
