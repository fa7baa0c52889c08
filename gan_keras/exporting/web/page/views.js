// How samples look: images on canvases, texts as lines.

/** Returns the view of what a model makes. */
export function viewOf(description) {
  return description.vocabulary ? new Texts(description.vocabulary) : new Images(description.image_shape);
}

/** Images, ImageData, from values in [-1, 1]. */
class Images {
  constructor([height, width, channels]) {
    Object.assign(this, {height, width, channels, noun: 'image', suffix: 'png'});
  }

  /** Returns what the page says of the model. */
  get about() {
    return `images of ${this.height} × ${this.width} × ${this.channels}`;
  }

  element() {
    return Object.assign(document.createElement('canvas'), {width: this.width, height: this.height});
  }

  show(element, image) {
    element.getContext('2d').putImageData(image, 0, 0);
  }

  clear(element) {
    element.getContext('2d').clearRect(0, 0, element.width, element.height);
  }

  /** Returns the sample of a generator's output, rounded as the training program rounds. */
  sample(values) {
    const image = new ImageData(this.width, this.height);
    for (let pixel = 0; pixel < this.height * this.width; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = values[pixel * this.channels + (this.channels === 3 ? channel : 0)];
        image.data[4 * pixel + channel] = Math.round((value + 1) * 127.5); // A clamped array: 0 to 255.
      }
      image.data[4 * pixel + 3] = 255;
    }
    return image;
  }

  /** Returns the address of a file with all samples. */
  file(images, columns) {
    const rows = Math.ceil(images.length / columns);
    const sheet = Object.assign(document.createElement('canvas'), {width: columns * this.width, height: rows * this.height});
    for (const [index, image] of images.entries()) {
      sheet.getContext('2d').putImageData(image, (index % columns) * this.width, Math.floor(index / columns) * this.height);
    }
    return sheet.toDataURL('image/png');
  }
}

// Which neighbours of a symbol stand beside it without a space: bits, or of quotes the next and the previous in turn.
const PREVIOUS = 1;
const NEXT = 2;
const ALTERNATELY = 4;

/** Texts, strings, from the probabilities of the symbols at each place. */
class Texts {
  constructor({unit, symbols, joins, length}) {
    Object.assign(this, {unit, symbols, joins, length, noun: 'text', suffix: 'txt'});
  }

  get about() {
    return `texts of up to ${this.length} ${this.unit}`;
  }

  element() {
    return Object.assign(document.createElement('span'), {className: 'text'});
  }

  show(element, text) {
    element.textContent = text;
  }

  clear(element) {
    element.textContent = '';
  }

  /** Returns the likeliest symbols up to the first end, as the training program writes them. */
  sample(values) {
    const count = this.symbols.length;
    let [text, joined, opens] = ['', true, false];
    for (let place = 0; place < this.length; place++) {
      const likeliest = values.subarray(place * count, (place + 1) * count)
        .reduce((best, value, symbol, row) => (value > row[best] ? symbol : best), 0);
      if (likeliest === 0) break;
      let joins = this.joins[likeliest];
      if (joins === ALTERNATELY) {
        opens = !opens;
        joins = opens ? NEXT : PREVIOUS;
      }
      text += (joined || joins & PREVIOUS ? '' : ' ') + this.symbols[likeliest];
      joined = Boolean(joins & NEXT);
    }
    return text;
  }

  file(texts) {
    return `data:text/plain;charset=utf-8,${encodeURIComponent(texts.map((text) => `${text}\n`).join(''))}`;
  }
}
