"""With etcd frozen, silent, slow, cut off, compacted under the watch or gone, the database is not affected."""

import time

from harness.proxy import Proxy
from harness.untouched import announced_again, nothing_is_touched, until_etcd_warns

LONGER_THAN_THE_LEASE = 6


def test_etcd_in_trouble_touches_nothing(make_agent, make_etcd, network):
    etcd = make_etcd(namespace=network.hub, address=network.ADDRESS)
    with Proxy(etcd.port, network.ADDRESS, network.hub) as proxy:
        node = make_agent("n1", etcd, config=f"[Etcd]\nEndpoints=\nEndpoints={proxy.endpoint}\n").boot().until_ready()
        announced_again(node, within=10)

        def fall_silent(on):
            proxy.silent = on

        def answer_slowly(on):
            proxy.delay = 3 if on else 0

        def lose_answers(on):
            proxy.swallow_answers = on

        troubles = {"frozen": lambda on: etcd.freeze() if on else etcd.resume(),
                    "stopped": lambda on: etcd.stop() if on else etcd.start(),
                    "silent": fall_silent, "slow": answer_slowly, "without answers": lose_answers}
        for name, trouble in troubles.items():
            with nothing_is_touched(node):
                trouble(True)
                said = until_etcd_warns(node)
                assert "readiness does not depend on it" in said["advice"], (name, said)
                time.sleep(LONGER_THAN_THE_LEASE)
                trouble(False)
                print(name, round(announced_again(node), 1))

        with nothing_is_touched(node):
            for number in range(20):
                etcd.put("/cratekeeper/crate/noise", str(number))
                etcd.compact()
                proxy.cut()
            announced_again(node)
