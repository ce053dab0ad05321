# What is distributed: the files of a release, and what `make install` puts on an operator's machine.

.PHONY: release install-tools

release: image all ## pack image, extension and tools for users without a compiler (root; PINS=strict)
	tools/release/pack $(B)

# No node needs it, so the image does not contain it.
install-tools:
	install -D -m 755 tools/flash $(DESTDIR)/usr/sbin/cratekeeper-flash
	$(INSTALL) tools/man/cratekeeper-flash.8 $(DESTDIR)/usr/share/man/man8/cratekeeper-flash.8
