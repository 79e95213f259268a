"""Other systems on the same pictures, each in an environment of its own.

Every module beside this one but ``run`` is a script that imports nothing of ours. It is told the
pictures, and leaves a label map of each, as ``systems.stored`` reads them.
"""
