"""The one place that decides about what a run writes: nothing is opened before all is in order.

Every output is compared with every input and with each other, as files and not as names, and then
claimed. What is claimed ends complete under its name, or as a part, or as nothing.
"""
