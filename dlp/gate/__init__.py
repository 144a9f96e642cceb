"""The gate (Linux): the kernel asks before WeChat's own process opens a file (docs/gate.md).

Two programs of root, both small: the *keeper* holds the kernel's queues and nothing else; the *answerer* reads them and
answers. What a file is, the agent says, which has no privilege: it gets the descriptor of the file, never a path.
"""
