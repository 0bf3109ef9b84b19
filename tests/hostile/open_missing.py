# error: NameError
# error: Unsupported
open("/etc/passwd")
