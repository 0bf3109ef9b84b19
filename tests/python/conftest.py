"""What all tests of the package rely on."""

import signal

# A shell that starts a job in the background has it ignore Ctrl-C, and a process passes that on to its children:
# those that the tests interrupt would then not notice.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
