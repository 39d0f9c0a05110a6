@on_device
def _draw(blocks, seed, stream, distribution, first, second, out):
    for block in range(team(), blocks, teams()):
        _draw_blocks(block, block + 1, seed, stream, distribution, first, second, out)
