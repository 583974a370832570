"""The simulated company: deterministic data, from its epoch to its today.

    product/      what is in the databases of its product
    exports/      what it and its vendors leave in object storage
    warehouse/    what others share with its warehouse

The modules here make what all of these refer to (who its customers are, what time it is there) and the files of the company's
own directory (`build.py`).
"""
