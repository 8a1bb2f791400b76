"""The fault walk: processes that issue, look and settle against the sandbox while they are killed, held up and lied to.

    schedules  what is to go wrong, from a seed; pure
    points     where a worker process can be stopped, counted from outside the app
    worker     one process of the site: does what it is told, as a web request or a scheduled pass would
    crew       the processes: forked from one warm one, stopped, replaced
    play       plays one schedule to its end and judges every state on the way
    truth      what must hold; pure
    traces     secrets that must have been left nowhere
    walk       many schedules; `python -m erp_b2b_smartbill.tests.faults`

It knows a Frappe site and the address of a sandbox, so it runs on the embedded site and on a bench alike.
"""
