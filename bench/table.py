"""The results as a Markdown table."""

from typing import Any


def markdown(results: dict[str, Any]) -> str:
    """One row a contestant and case: median seconds and speed against KerasHub's."""
    machine = results["machine"]
    lines = [
        "# ALBERT-base beside its peers",
        "",
        f"{machine['cores']} cores, {machine['processor']}, Python {machine['python']}; medians of "
        f"{results['rounds']} interleaved rounds. Speed is KerasHub's time divided by the row's.",
        "",
        "| backend | case | contestant | seconds | speed |",
        "|---|---|---|---|---|",
    ]
    for backend, found in results["backends"].items():
        for case, contestants in found["cases"].items():
            for name, row in contestants.items():
                lines.append(
                    f"| {backend} | {case} | {name} | {row['median_seconds']:.3f} | "
                    f"{row['speed_against_keras_hub']:.2f} |"
                )
        for library, rate in found["gemm_gflops"].items():
            lines.append(f"| {backend} | float32 product | {library} | {rate:.0f} GFLOP/s | |")
    return "\n".join(lines) + "\n"
