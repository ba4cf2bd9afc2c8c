// Sound as numbers: WAV files, changing the rate, and finding one piece of sound inside another.
import { readFile, writeFile } from 'node:fs/promises';

/** A sound: one channel of samples between −1 and 1 at a rate. */
export async function readWav(path) {
  const data = await readFile(path);
  if (data.toString('latin1', 0, 4) !== 'RIFF') throw new Error(`${path} is not a WAV file`);
  let format = null;
  for (let at = 12; at + 8 <= data.length; ) {
    const name = data.toString('latin1', at, at + 4);
    const size = data.readUInt32LE(at + 4);
    const body = at + 8;
    if (name === 'fmt ') {
      format = {
        tag: data.readUInt16LE(body), channels: data.readUInt16LE(body + 2),
        rate: data.readUInt32LE(body + 4), bits: data.readUInt16LE(body + 14),
      };
      if (format.tag === 0xfffe) format.tag = data.readUInt16LE(body + 24);
    }
    if (name === 'data') return { rate: format.rate, samples: mixed(data.subarray(body, body + size), format) };
    at = body + size + (size % 2);
  }
  throw new Error(`${path} holds no sound`);
}

function mixed(bytes, { tag, channels, bits }) {
  const width = bits / 8;
  const read =
    tag === 3 ? (at) => bytes.readFloatLE(at)
    : tag === 1 && bits === 16 ? (at) => bytes.readInt16LE(at) / 32768
    : tag === 1 && bits === 24 ? (at) => bytes.readIntLE(at, 3) / 8388608
    : null;
  if (!read) throw new Error(`WAV format ${tag} with ${bits} bits is not read here`);
  const samples = new Float32Array(Math.floor(bytes.length / width / channels));
  for (let frame = 0; frame < samples.length; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += read((frame * channels + channel) * width);
    samples[frame] = sum / channels;
  }
  return samples;
}

export async function writeWav(path, { rate, samples }) {
  const data = Buffer.alloc(44 + samples.length * 2);
  data.write('RIFF', 0, 'latin1');
  data.writeUInt32LE(data.length - 8, 4);
  data.write('WAVEfmt ', 8, 'latin1');
  data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20);
  data.writeUInt16LE(1, 22);
  data.writeUInt32LE(rate, 24);
  data.writeUInt32LE(rate * 2, 28);
  data.writeUInt16LE(2, 32);
  data.writeUInt16LE(16, 34);
  data.write('data', 36, 'latin1');
  data.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, at) => data.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(sample * 32767))), 44 + at * 2));
  await writeFile(path, data);
}

/** The same sound at another rate: a windowed sinc, which also keeps out what the lower rate cannot hold. */
export function atRate({ rate, samples }, wanted) {
  if (rate === wanted) return { rate, samples };
  const step = rate / wanted;
  const cut = Math.min(1, 1 / step) * 0.95;
  const reach = Math.ceil(16 / cut);
  const out = new Float32Array(Math.floor(samples.length / step));
  for (let n = 0; n < out.length; n++) {
    const centre = n * step;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(samples.length - 1, Math.floor(centre + reach));
    let sum = 0;
    for (let at = first; at <= last; at++) {
      const x = at - centre;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x * cut) / (Math.PI * x * cut);
      sum += samples[at] * sinc * cut * (0.5 + 0.5 * Math.cos((Math.PI * x) / reach));
    }
    out[n] = sum;
  }
  return { rate: wanted, samples: out };
}

/**
 * Where `piece` fits best in `whole`, and how well (the normalised correlation: 1 is the same sound, 0 has nothing to do with
 * it). Both must have the same rate. The place is in samples and may begin before `whole` does.
 */
export function locate(piece, whole) {
  let size = 1;
  while (size < piece.length + whole.length) size *= 2;
  const product = correlationBySpectrum(piece, whole, size);
  const energyBefore = new Float64Array(whole.length + 1);
  for (let at = 0; at < whole.length; at++) energyBefore[at + 1] = energyBefore[at] + whole[at] ** 2;
  const own = piece.reduce((sum, sample) => sum + sample ** 2, 0);
  let best = { at: 0, likeness: -1 };
  for (let at = -piece.length + 1; at < whole.length; at++) {
    const energy = energyBefore[Math.min(whole.length, at + piece.length)] - energyBefore[Math.max(0, at)];
    if (energy < own * 0.01) continue;
    const likeness = product[(at + size) % size] / Math.sqrt(own * energy);
    if (likeness > best.likeness) best = { at, likeness };
  }
  return best;
}

/** For every shift, the sum of products of the two, by way of their Fourier transforms. */
function correlationBySpectrum(piece, whole, size) {
  const [aRe, aIm, bRe, bIm] = [0, 0, 0, 0].map(() => new Float64Array(size));
  aRe.set(piece);
  bRe.set(whole);
  fourier(aRe, aIm);
  fourier(bRe, bIm);
  for (let k = 0; k < size; k++) {
    const re = bRe[k] * aRe[k] + bIm[k] * aIm[k];
    bIm[k] = -(bIm[k] * aRe[k] - bRe[k] * aIm[k]); // conjugated, so that the forward transform below goes back
    bRe[k] = re;
  }
  fourier(bRe, bIm);
  return bRe.map((value) => value / size);
}

function fourier(re, im) {
  const size = re.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  for (let length = 2; length <= size; length *= 2) {
    const half = length / 2;
    const cos = Float64Array.from({ length: half }, (_, k) => Math.cos((-2 * Math.PI * k) / length));
    const sin = Float64Array.from({ length: half }, (_, k) => Math.sin((-2 * Math.PI * k) / length));
    for (let start = 0; start < size; start += length) {
      for (let k = 0; k < half; k++) {
        const even = start + k;
        const odd = even + half;
        const oddRe = re[odd] * cos[k] - im[odd] * sin[k];
        const oddIm = re[odd] * sin[k] + im[odd] * cos[k];
        re[odd] = re[even] - oddRe;
        im[odd] = im[even] - oddIm;
        re[even] += oddRe;
        im[even] += oddIm;
      }
    }
  }
}

/** How loud a stretch is: the root of its mean square. */
export function loudness(samples) {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / Math.max(1, samples.length));
}
