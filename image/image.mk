# The disk image: its parts, the trees that test nodes boot, and its own tests.

.PHONY: image image-test image-tree vm vm-cluster

IMAGE := $(B)/image/.built
IMAGE_SOURCES := $(shell find image units tools/man tools/completion tests/tree -type f ! -name '*.md' 2> /dev/null)

image: $(IMAGE) ## build the disk image and the system extension into build/image (root)

$(IMAGE): $(PRODUCTS) $(IMAGE_SOURCES) $(B)/.check-packages
	image/build
	image/extension
	@touch $@

# Nodes under test get the agent of this source in any case, so an image that is older than it will do.
image-tree: $(PRODUCTS) $(B)/.check-packages ## build the root trees the test nodes boot, once (root)
	tests/tree/build
	$(if $(filter image.tree,$(NODE_TREE)),test -e $(IMAGE) || $(MAKE) --no-print-directory $(IMAGE))
	$(if $(filter image.tree,$(NODE_TREE)),image/tree)

image-test: $(IMAGE) ## run the tests of the system extension on a stock Debian 13 (root)
	NODE_TREE=tree /usr/bin/python3 -B -m pytest -ra --timeout=180 $(PYTEST_ARGS) tests/image

# Without KVM a boot takes minutes; -s shows how far the machines are.
VM := $(IMAGE) standin
vm: $(VM) ## boot the disk image in QEMU: power cuts, watchdogs, disks (root)
	/usr/bin/python3 -B -m pytest -ra -s --timeout=1200 --ignore=tests/vm/cluster $(PYTEST_ARGS) tests/vm

vm-cluster: $(VM) ## boot two and three of them as one cluster (root)
	/usr/bin/python3 -B -m pytest -ra -s --timeout=2400 $(PYTEST_ARGS) tests/vm/cluster
