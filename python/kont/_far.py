"""What runs in the process of a sandbox: `python -I -S kont/_far.py EXTENSION`. It needs nothing but the extension."""

import sys
from importlib.machinery import ExtensionFileLoader, ModuleSpec

if __name__ == "__main__":
    loader = ExtensionFileLoader("kont._kont", sys.argv[1])
    extension = loader.create_module(ModuleSpec("kont._kont", loader, origin=sys.argv[1]))
    loader.exec_module(extension)
    extension.serve_sandbox()
