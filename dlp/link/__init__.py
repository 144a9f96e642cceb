"""The link between agent and office: reports up, decisions down; the same on loopback and across a network."""
