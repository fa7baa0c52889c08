// A square with a sample in two to four of its corners: what is drawn is the image between them.

import {between} from './latents.js';
import {exclusive} from './queue.js';
import {handler} from './status.js';

const STEP = 0.05; // Of the square, by an arrow key.
const LEAP = 0.25; // By a page key.
const $ = (id) => document.getElementById(id);

/** By key, where it moves a point of the square; up and down have a meaning with more than two corners only. */
const KEYS = {
  ArrowLeft: ({x, y}) => [x - STEP, y],
  ArrowRight: ({x, y}) => [x + STEP, y],
  PageDown: ({x, y}) => [x - LEAP, y],
  PageUp: ({x, y}) => [x + LEAP, y],
  Home: ({y}) => [0, y],
  End: ({y}) => [1, y],
};
const VERTICAL_KEYS = {
  ArrowUp: ({x, y}) => [x, y - STEP],
  ArrowDown: ({x, y}) => [x, y + STEP],
};

export class Blend {
  /**
   * @param {Generator} generator
   * @param {object} condition of `controls`
   * @param {number[]} chosen the seeds of the corners
   */
  constructor(generator, condition, chosen) {
    Object.assign(this, {generator, condition, chosen});
    this.point = {x: 0.5, y: 0.5};
    this._isWaiting = false; // Whether an image is to be drawn already: it will be that of the newest point.
    this._corners = [0, 1, 2, 3].map((corner) => this._element({className: 'corner', hidden: true}, {corner}));
    $('pad').prepend(...this._corners);
    this._blended = this._element({id: 'blended', role: 'img', ariaLabel: 'The blended sample'}, {});
    $('blend').append(this._blended);
    $('pad').addEventListener('pointerdown', handler((event) => this._drag(event)));
    $('pad').addEventListener('pointermove', handler((event) => this._drag(event)));
    $('pad').addEventListener('keydown', handler((event) => this._press(event)));
  }

  _element(properties, data) {
    const element = this.generator.view.element();
    Object.assign(element, properties, {className: `${element.className} ${properties.className ?? ''}`.trim()});
    Object.assign(element.dataset, data);
    return element;
  }

  /** Draws the corners and the sample between them. */
  async draw() {
    this._place();
    await exclusive(async () => {
      for (const [corner, element] of this._corners.entries()) {
        const seed = this.chosen[corner];
        element.hidden = seed === undefined;
        if (seed !== undefined) {
          this._show(element, await this.generator.draw(this.generator.latents(seed), this.condition.of(seed)));
        }
      }
      await this._drawBlended();
    });
  }

  async _drag({type, pointerId, clientX, clientY}) {
    const pad = $('pad');
    if (type === 'pointerdown') pad.setPointerCapture(pointerId);
    if (!pad.hasPointerCapture(pointerId)) return;
    const {left, top, width, height} = pad.getBoundingClientRect();
    await this._move((clientX - left) / width, (clientY - top) / height);
  }

  async _press(event) {
    const move = KEYS[event.key] ?? (this._isFlat ? undefined : VERTICAL_KEYS[event.key]);
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    await this._move(...move(this.point));
  }

  /** Whether the samples are blended in one direction only. */
  get _isFlat() {
    return this.chosen.length <= 2;
  }

  async _move(x, y) {
    if (this.chosen.length < 2) return;
    this.point.x = clamped(x);
    if (!this._isFlat) this.point.y = clamped(y);
    this._place();
    if (this._isWaiting) return;
    this._isWaiting = true;
    await exclusive(() => {
      this._isWaiting = false;
      return this._drawBlended();
    });
  }

  /** Shows where the point is. */
  _place() {
    const {x, y} = this.point;
    const isBlend = this.chosen.length > 1;
    $('handle').hidden = !isBlend;
    $('handle').style.left = percent(x);
    $('handle').style.top = percent(this._isFlat ? 0.5 : y);
    $('clear').disabled = !this.chosen.length;
    const pad = $('pad');
    pad.classList.toggle('flat', this._isFlat);
    pad.setAttribute('aria-disabled', String(!isBlend));
    pad.setAttribute('aria-valuenow', Math.round(100 * x));
    pad.setAttribute('aria-valuetext', isBlend ? this._valueText() : 'Choose two to four samples');
  }

  _valueText() {
    const {chosen, point: {x, y}} = this;
    return this._isFlat
      ? `${percent(x)} from seed ${chosen[0]} to seed ${chosen[1]}`
      : `${percent(x)} to the right, ${percent(y)} down`;
  }

  async _drawBlended() {
    const {point: {x, y}, generator: {description: {latents: law}}} = this;
    const seeds = [...this.chosen];
    if (!seeds.length) {
      this.generator.view.clear(this._blended);
      this._blended.dataset.drawn = '';
      return;
    }
    const [one, two = one, three, four = three] = seeds.map((seed) => this.generator.latents(seed));
    let latents = between(one, two, x, law);
    if (three) latents = between(latents, between(three, four, x, law), y, law);
    const condition = this.condition.between(seeds.map(this.condition.of), shares(seeds.length, x, y));
    this._show(this._blended, await this.generator.draw(latents, condition));
    this._blended.dataset.drawn = `${x.toFixed(2)},${y.toFixed(2)}`;
  }

  _show(element, sample) {
    this.generator.view.show(element, sample);
  }
}

/** Returns how much of each corner the image at a point has. The third of three corners fills the whole bottom. */
function shares(count, x, y) {
  return {
    1: [1],
    2: [1 - x, x],
    3: [(1 - x) * (1 - y), x * (1 - y), y],
    4: [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y],
  }[count];
}

function clamped(value) {
  return Math.min(1, Math.max(0, value));
}

function percent(share) {
  return `${Math.round(100 * share)}%`;
}
