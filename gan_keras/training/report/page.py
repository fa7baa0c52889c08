"""What the page of a report is made of: its frame, its style, its script, and tables of text."""

import json
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from gan_keras.training.report.values import number
from gan_keras.training.report.values import text


def page(title: str, body: str, frames: Sequence[dict[str, str]]) -> str:
    """Returns an HTML page that needs nothing but itself.

    Args:
        title: its name, as text.
        body: its sections, as HTML.
        frames: what the slider shows: dicts of `shown`, such as `2,000 images`, and `src`, a data URI, or `text`.
    """
    data = json.dumps(frames, allow_nan=False).replace("<", "\\u003c")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>{text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n"
        f'<script type="application/json" id="frames">{data}</script>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n'
    )


def section(title: str, content: str) -> str:
    """Returns a section of HTML under a heading."""
    return f"<section><h2>{text(title)}</h2>\n{content}</section>"


def pairs(rows: Iterable[tuple[str, Any]]) -> str:
    """Returns a table of names and values, both text."""
    lines = "".join(f'<tr><th scope="row">{text(name)}</th><td>{text(value)}</td></tr>' for name, value in rows)
    return f"<table><tbody>{lines}</tbody></table>"


def samples(generated: str, images_shown: int, counted: str, real: str | None) -> str:
    """Returns the HTML of generated samples under a slider, beside real ones.

    Args:
        generated: HTML of the newest samples; its element `grid` is what the slider changes.
        images_shown: when they were drawn.
        counted: what was shown so often, such as `images`.
        real: HTML of real samples, or None.
    """
    caption = f"Generated samples after {number(images_shown)} {counted}"
    figures = f'<figure>{generated}<figcaption id="caption">{caption}</figcaption></figure>'
    if real:
        figures += f"<figure>{real}<figcaption>Real samples</figcaption></figure>"
    return f'{_CONTROLS}<div class="pair">{figures}</div>'


_CONTROLS = (
    '<div class="controls" id="controls" hidden><button type="button" id="play">Play</button>'
    '<label for="slider">Time</label><input type="range" id="slider" min="0" step="1">'
    '<output id="shown" for="slider"></output></div>'
)
"""The slider over the frames of a page."""

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

_STYLE = """
:root { --back: #fff; --card: #f5f6f8; --text: #1b1f24; --faint: #59636e; --line: #d5dae0; --mark: #b00040;
  --c0: #0068a8; --c1: #c04a00; --c2: #00795a; --c3: #97387f; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14171b; --card: #1e2329; --text: #e6e9ed; --faint: #a3adb8; --line: #3a424c; --mark: #ff6f91;
    --c0: #5cb8f2; --c1: #ff9d57; --c2: #3ed2a4; --c3: #e59ad4; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 76rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2.2rem 0 .6rem; font-size: 1.2rem; border-bottom: 1px solid var(--line); }
h3 { margin: 0; font-size: .95rem; }
header p, .faint { margin: .2rem 0; color: var(--faint); }
header b { color: var(--text); }
progress { width: 100%; height: .6rem; }
figure { margin: 0; }
figcaption { font-size: .85rem; color: var(--faint); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem;
  align-items: start; }
.pair img { display: block; width: 100%; height: auto; background: var(--card); }
pre { margin: 0; padding: .7rem; background: var(--card); border-radius: .5rem; white-space: pre-wrap; }
.wide { display: block; max-width: 100%; height: auto; }
.controls { display: flex; flex-wrap: wrap; gap: .4rem .8rem; align-items: center; margin: 0 0 .6rem; }
.controls[hidden] { display: none; }
.controls input { flex: 1 1 5rem; min-width: 5rem; accent-color: var(--c0); height: 2rem; }
.controls output { min-width: 8.5em; font-variant-numeric: tabular-nums; }
button { font: inherit; min-width: 5rem; padding: .3rem .8rem; border: 1px solid var(--line); border-radius: .4rem;
  background: var(--card); color: inherit; cursor: pointer; }
:focus-visible { outline: 3px solid var(--c0); outline-offset: 2px; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: 1rem; }
.chart { background: var(--card); border-radius: .5rem; padding: .7rem; }
.chart > svg { display: block; width: 100%; height: auto; }
.chart text { fill: var(--faint); font: 12px system-ui, sans-serif; }
.chart figcaption span { margin-right: .9em; display: inline-block; }
.chart figcaption b { color: var(--text); font-weight: 600; }
.key { width: 1.6em; height: .5em; margin-right: .4em; vertical-align: middle; }
.grid { stroke: var(--line); }
.axis { fill: none; stroke: var(--faint); }
.mark { stroke: var(--mark); stroke-width: 2; stroke-dasharray: 2 3; }
.curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.c0 { stroke: var(--c0); }
.c1 { stroke: var(--c1); stroke-dasharray: 7 4; }
.c2 { stroke: var(--c2); stroke-dasharray: 2 4; }
.c3 { stroke: var(--c3); stroke-dasharray: 9 3 2 3; }
.dots { stroke-width: 5; stroke-dasharray: none; }
.scroll { overflow-x: auto; margin-top: 1rem; }
.scroll td, .scroll th { min-width: 6rem; overflow-wrap: break-word; }
.scroll td td { min-width: 9rem; overflow-wrap: anywhere; }
.scroll .notes { min-width: 14rem; }
table { border-collapse: collapse; font-size: .9rem; }
td, th { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { font-weight: 600; }
td ul { margin: 0; padding-left: 1.1em; }
summary { cursor: pointer; padding: .3rem 0; }
@media (max-width: 30rem) { .chart text { font-size: 15px; } }
.event { border-left: 4px solid var(--mark); padding-left: .8rem; margin: .6rem 0; }
"""

_SCRIPT = """
(() => {
  const frames = JSON.parse(document.getElementById("frames").textContent);
  const controls = document.getElementById("controls");
  if (frames.length < 2 || !controls) return;
  const slider = document.getElementById("slider"), play = document.getElementById("play");
  const image = document.getElementById("grid"), shown = document.getElementById("shown");
  const caption = document.getElementById("caption");
  let timer = null;
  const show = () => {
    const frame = frames[slider.valueAsNumber];
    if ("text" in frame) {
      image.textContent = frame.text;
    } else {
      image.src = frame.src;
      image.alt = "Grid of generated samples after " + frame.shown;
    }
    caption.textContent = "Generated samples after " + frame.shown;
    shown.textContent = frame.shown;
    slider.setAttribute("aria-valuetext", frame.shown + " shown");
  };
  const stop = () => { clearInterval(timer); timer = null; play.textContent = "Play"; };
  const step = () => {
    if (slider.valueAsNumber >= frames.length - 1) return stop();
    slider.valueAsNumber += 1;
    show();
  };
  slider.addEventListener("input", () => { stop(); show(); });
  play.addEventListener("click", () => {
    if (timer !== null) return stop();
    if (slider.valueAsNumber >= frames.length - 1) { slider.valueAsNumber = 0; show(); }
    play.textContent = "Pause";
    timer = setInterval(step, 300);
  });
  slider.max = frames.length - 1;
  slider.valueAsNumber = frames.length - 1;
  show();
  controls.hidden = false;
})();
"""
