"""Dealworthy decides who may sell what, and keeps what they say about it true."""

import gc

# Nearly everything that is made while modules are imported stays; the usual 700 has it looked through dozens of times.
gc.set_threshold(50_000, 20, 50)
