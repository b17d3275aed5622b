"""What the gate asks for a product, from which day on; where nothing is set, the program says.

A *policy* holds one requirement or several, of which the worst answer counts. One that was set is never changed, only
withdrawn; of those that cover a day, the one that starts last holds. A *dry run* asks the gate what a policy would do
to the open deals before it is set.
"""
