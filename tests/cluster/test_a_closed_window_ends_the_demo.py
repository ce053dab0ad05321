"""When its window is closed, while nodes boot or in a node's shell, the demo ends and cleans up."""


def close_window(demo):
    assert demo.leftovers() != []
    demo.hang_up()
    demo.until_gone(60)
    assert demo.leftovers() == []


def test_a_window_closed_while_the_nodes_boot_ends_the_demo(make_demo):
    demo = make_demo()
    demo.wait_for_line("n1 has booted", 180)
    close_window(demo)


def test_a_window_closed_in_a_shell_of_a_node_ends_the_demo(make_demo):
    demo = make_demo()
    demo.until_asked()
    demo.type("shell n2")
    demo.terminal.wait_for("root@n2", 20)
    close_window(demo)
