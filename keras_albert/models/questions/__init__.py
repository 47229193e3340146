"""Questions on passages of any length: windows, spans, answers."""
