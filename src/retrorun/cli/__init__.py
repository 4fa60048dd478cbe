"""The command line: parse, call the library, print, exit code. One module per group of commands."""
