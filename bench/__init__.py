"""Timings beside KerasHub's ALBERT and transformers', as ratios of one interleaved run."""
