# The disk image, the trees that test nodes boot, and the tests of both.

.PHONY: image image-test image-tree vm vm-cluster

IMAGE := $(B)/image/.built
# Without the list of tested packages: accepting the built versions causes no rebuild.
IMAGE_SOURCES := $(shell find image units tools/man tools/completion tests/tree -type f \
    ! -name '*.md' ! -name packages.lock ! -name tree.conf ! -name tree 2> /dev/null)

image: $(IMAGE) ## build the disk image and the system extension into build/image (root)
	@image/packages check $(B)/image/newer-than-tested $(B)/image/*.manifest

$(IMAGE): $(PRODUCTS) $(IMAGE_SOURCES) $(B)/.check-packages
	+image/build
	+image/extension
	@touch $@

# The agent goes into the nodes, not into their tree, so make can compile it in parallel.
image-tree: $(B)/.check-packages ## build the root tree that the test nodes boot, once (root)
	@$(if $(filter image.tree,$(NODE_TREE)),image/tree,tests/tree/build)

image-test: image image-tree ## test the image's tree and tools, and the extension on a stock Debian 13 (root)
	tests/tree/build
	NODE_TREE=tree /usr/bin/python3 -B -m pytest -ra --timeout=180 $(PYTEST_ARGS) tests/image

# Without KVM a boot takes minutes; -s shows the progress of the machines.
VM := image standin
vm: $(VM) ## boot the disk image in QEMU: power cuts, watchdogs, disks (root)
	@image/tools-tree vm
	/usr/bin/python3 -B -m pytest -ra -s --timeout=1200 --ignore=tests/vm/cluster $(PYTEST_ARGS) tests/vm

vm-cluster: $(VM) ## boot the disk image in two and in three QEMU machines as one cluster (root)
	@image/tools-tree vm
	/usr/bin/python3 -B -m pytest -ra -s --timeout=2400 $(PYTEST_ARGS) tests/vm/cluster
