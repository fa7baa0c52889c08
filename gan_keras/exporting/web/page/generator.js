// Makes samples with a TFLite generator, in this browser alone.

import {loadAndCompile, loadLiteRt, supportsFeature, Tensor} from './vendor/core/index.js';
import {sampleLatents} from './latents.js';
import {viewOf} from './views.js';

export class Generator {
  /** Loads what `model.json` describes; `tell` gets a line whenever something is loaded. */
  static async load(tell) {
    const description = await (await fetched('model/model.json')).json();
    const table = new Float32Array(await (await fetched(`model/${description.latents_file}`)).arrayBuffer());
    tell('Loading the runtime …');
    self.Module = {printErr: (line) => (/^(INFO|WARNING)/.test(line) ? console.debug(line) : console.error(line))};
    await loadLiteRt('./vendor/core/wasm/', {jspi: await supportsFeature('jspi')});
    return new Generator(description, table);
  }

  constructor(description, table) {
    this.description = description;
    this.view = viewOf(description);
    this.compiled = null;
    this.file = null;
    this._table = table;
  }

  /** Changes to another file of `description.files`. */
  async choose(file) {
    const content = new Uint8Array(await (await fetched(`model/${file}`)).arrayBuffer());
    const compiling = loadAndCompile(content, {accelerator: 'wasm'});
    const model = await compiling.catch((error) => unloadable(`model/${file}`, error));
    this.compiled?.delete();
    this.compiled = model;
    this.file = file;
  }

  /** Returns the latents of a seed: those of the training program below 256, this browser's own from there on. */
  latents(seed) {
    const size = this.description.latent_dim;
    return seed * size < this._table.length
      ? this._table.slice(seed * size, (seed + 1) * size)
      : sampleLatents(seed, size, this.description.latents);
  }

  /**
   * Makes one sample.
   *
   * @param {Float32Array} latents (z,)
   * @param {?number|number[]} condition the class, or a number from 0 to 1 for each attribute
   * @return {Promise<ImageData|string>}
   */
  async draw(latents, condition) {
    const inputs = {latents: new Tensor(latents, [1, latents.length])};
    const {name} = this.description.condition ?? {};
    if (name === 'labels') inputs.labels = new Tensor(Int32Array.of(condition), [1]);
    if (name === 'attributes') inputs.attributes = new Tensor(Float32Array.from(condition), [1, condition.length]);
    let outputs = {};
    try {
      outputs = await this.compiled.run('serving_default', inputs);
      return this.view.sample(Object.values(outputs)[0].toTypedArray());
    } finally {
      for (const tensor of [...Object.values(inputs), ...Object.values(outputs)]) tensor.delete();
    }
  }
}

async function fetched(path) {
  const answer = await fetch(path).catch((error) => unloadable(path, error));
  if (!answer.ok) throw new Error(`${path} is missing (HTTP ${answer.status})`);
  return answer;
}

function unloadable(path, error) {
  throw new Error(`${path} cannot be loaded (${error?.message ?? error})`);
}
