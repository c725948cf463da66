"""`dreambridge video` and `zoom`: dreams in motion, resumable, shots side by side.

command      `video`: options in, exit code out
source       where frames come from: `movie` a file, `numbered` pictures; `pixels` their colours
scan         a clip read once: its frames' times, and where shots begin
timeline     settings over time
chains       frames in order, each with the one before
rendering    chains through the bridge, side by side
folder       finished frames and what they were made from
film         from first to last: tried, dreamed, put together
targets      where frames go: `writer` a file, in one of `formats`, with its `sound`
report       a bar, or lines of JSON
"""
