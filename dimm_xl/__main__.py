"""``python -m dimm_xl`` is ``dimm-xl``."""

from dimm_xl.cli import main

if __name__ == "__main__":
    main(prog_name="dimm-xl")
