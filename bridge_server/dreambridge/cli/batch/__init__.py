"""`dreambridge batch`: many pictures through the bridge, resumable.

    command    the command line: options in, exit code out
    inputs     which pictures the arguments mean
    manifest   the file in the output folder that says what is done, and the folder's lock
    plan       what each picture's output is called, and what is left to do
    pipeline   reads, dreams on the server and writes side by side
    sheet      contact sheets: a picture with all its looks
    report     one line per picture and a bar for all, or lines of JSON

How one picture is read, tried and written is `cli.picture_job`, as for `dreambridge dream`.
"""
