"""Recipe and token store in, checkpoints and a pretrained model out."""
