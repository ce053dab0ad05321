"""Small helpers of the live tests: nodes, etcd, Btrfs volumes and networks that clean up after themselves."""
