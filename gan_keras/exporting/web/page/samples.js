// The samples: a grid of the images of successive seeds, some of which are chosen as the corners of a blend.

import {exclusive} from './queue.js';
import {handler, tell} from './status.js';

const COLUMNS = 4;
const COUNT = COLUMNS ** 2;
const MOST_CHOSEN = 4;
const $ = (id) => document.getElementById(id);

export class Samples {
  /**
   * @param {Generator} generator
   * @param {object} condition of `controls`
   * @param {number[]} chosen the seeds of the corners, in the order in which they were chosen; changed in place
   * @param {Blend} blend drawn again whenever the corners have changed
   */
  constructor(generator, condition, chosen, blend) {
    Object.assign(this, {generator, condition, chosen, blend});
    this._asked = 0; // How often the grid was asked for: an older request stops.
    this._shown = null; // The first seed and the samples of the grid that was drawn last, as a whole.
    this._buttons = Array.from({length: COUNT}, () => this._button());
    $('grid').append(...this._buttons);
    $('seed').addEventListener('change', handler(() => this.draw()));
    $('next').addEventListener('click', handler(() => this.draw(firstSeed() + COUNT)));
    $('clear').addEventListener('click', handler(() => this._choose()));
    $('download').addEventListener('click', handler(() => this._download()));
  }

  _button() {
    const button = Object.assign(document.createElement('button'), {type: 'button', disabled: true}); // Until drawn.
    button.setAttribute('aria-pressed', 'false');
    button.append(this.generator.view.element());
    button.addEventListener('click', handler(() => this._toggle(Number(button.dataset.seed))));
    return button;
  }

  /** Draws the grid from a seed on, by default from the one that was typed. */
  async draw(first = firstSeed()) {
    const request = ++this._asked;
    $('seed').value = first;
    await exclusive(() => this._drawGrid(first, () => request === this._asked));
    if (request === this._asked) await this.blend.draw();
  }

  async _drawGrid(first, isWanted) {
    const samples = [];
    let milliseconds = 0;
    for (const [index, button] of this._buttons.entries()) {
      if (!isWanted()) return;
      const seed = first + index;
      const begun = performance.now();
      samples.push(await this.generator.draw(this.generator.latents(seed), this.condition.of(seed)));
      milliseconds += performance.now() - begun;
      this.generator.view.show(button.firstChild, samples[index]);
      button.dataset.seed = seed;
      button.setAttribute('aria-label', `Seed ${seed}`);
      button.disabled = false;
      if (index % COLUMNS === COLUMNS - 1) await new Promise(requestAnimationFrame);
    }
    if (!this._shown) this.chosen.push(first, first + 1);
    this._shown = {first, samples};
    this._mark();
    tell('');
    $('origin').textContent = this._origin(first);
    $('latency').textContent = `${(milliseconds / COUNT).toFixed(1)} ms a sample`;
    $('download').disabled = false;
    $('grid').dataset.drawn = this._asked;
  }

  /** Returns whether other programs make the samples of the grid, too: that depends on its seeds and conditions. */
  _origin(first) {
    const {view: {noun}, file, description: {sample_seeds: count}} = this.generator;
    if (first + COUNT > count) {
      return `Seeds from ${count} on are this browser's own: other programs make other ${noun}s for them.`;
    }
    if (!this.condition.isInTurn()) return '';
    const rounded = noun === 'text' && !file.includes('float32'); // Another symbol may have become the likeliest.
    return `These seeds are the same ${noun}s in every program${rounded ? ', but for some that rounding changes' : ''}.`;
  }

  _toggle(seed) {
    const others = this.chosen.filter((other) => other !== seed);
    return this._choose(...(others.length < this.chosen.length ? others : [...others, seed].slice(-MOST_CHOSEN)));
  }

  async _choose(...seeds) {
    this.chosen.splice(0, Infinity, ...seeds);
    this._mark();
    await this.blend.draw();
  }

  _mark() {
    for (const button of this._buttons) {
      const place = this.chosen.indexOf(Number(button.dataset.seed));
      button.setAttribute('aria-pressed', String(place >= 0));
      button.dataset.place = place + 1;
    }
  }

  /** Saves the grid as a file, after whatever was asked for before has been made. */
  async _download() {
    await exclusive(() => {
      const {generator: {view, description}, _shown: {first, samples}} = this;
      const link = document.createElement('a');
      link.download = `${description.name}-seeds-${first}-${first + COUNT - 1}.${view.suffix}`;
      link.href = view.file(samples, COLUMNS);
      link.click();
    });
  }
}

/** Returns the first seed that was typed; 0 if that is none. */
function firstSeed() {
  const seed = Math.floor(Number($('seed').value));
  return Number.isSafeInteger(seed + 2 * COUNT) && seed >= 0 ? seed : 0;
}
