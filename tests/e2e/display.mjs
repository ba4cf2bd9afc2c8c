// Pixels of an X display, read over its socket: the way to see when something appears, without asking the program that shows it.
import { createConnection } from 'node:net';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';

/** A connection to the display of the environment. */
export class Display {
  #socket;
  #root;
  #rest = Buffer.alloc(0);
  #wanted = null;

  static async open() {
    const number = /:(\d+)/.exec(process.env.DISPLAY ?? '')?.[1];
    if (number === undefined) throw new Error('there is no display');
    const display = new Display();
    display.#socket = createConnection(`/tmp/.X11-unix/X${number}`);
    await once(display.#socket, 'connect');
    display.#socket.on('data', (data) => display.#take(data));
    await display.#greet(await cookie(number));
    return display;
  }

  /** Red, green and blue of each pixel of a part of the screen, row by row. */
  async pixels(x, y, width, height) {
    const request = Buffer.alloc(20);
    request.writeUInt8(73, 0); // GetImage
    request.writeUInt8(2, 1); // as pixels
    request.writeUInt16LE(5, 2);
    request.writeUInt32LE(this.#root, 4);
    [x, y].forEach((value, at) => request.writeInt16LE(value, 8 + at * 2));
    [width, height].forEach((value, at) => request.writeUInt16LE(value, 12 + at * 2));
    request.writeUInt32LE(0xffffffff, 16);
    this.#socket.write(request);
    const head = await this.#read(32);
    if (head.readUInt8(0) !== 1) throw new Error(`the display refused: error ${head.readUInt8(1)}`);
    const data = await this.#read(head.readUInt32LE(4) * 4);
    return Array.from({ length: width * height }, (_, at) => [data[at * 4 + 2], data[at * 4 + 1], data[at * 4]]);
  }

  close() {
    this.#socket.destroy();
  }

  async #greet(secret) {
    const name = 'MIT-MAGIC-COOKIE-1';
    const padded = (length) => Math.ceil(length / 4) * 4;
    const hello = Buffer.alloc(12 + padded(name.length) + padded(secret.length));
    hello.write('l', 0);
    hello.writeUInt16LE(11, 2);
    hello.writeUInt16LE(name.length, 6);
    hello.writeUInt16LE(secret.length, 8);
    hello.write(name, 12);
    secret.copy(hello, 12 + padded(name.length));
    this.#socket.write(hello);
    const head = await this.#read(8);
    const body = await this.#read(head.readUInt16LE(6) * 4);
    if (head.readUInt8(0) !== 1) throw new Error('the display does not let us in');
    const vendor = body.readUInt16LE(16);
    const formats = body.readUInt8(21);
    this.#root = body.readUInt32LE(32 + padded(vendor) + formats * 8);
  }

  #read(length) {
    return new Promise((done) => {
      this.#wanted = { length, done };
      this.#take(Buffer.alloc(0));
    });
  }

  #take(data) {
    this.#rest = Buffer.concat([this.#rest, data]);
    if (!this.#wanted || this.#rest.length < this.#wanted.length) return;
    const { length, done } = this.#wanted;
    this.#wanted = null;
    const piece = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    done(piece);
  }
}

/** The secret for a display, from the file of secrets. */
async function cookie(number) {
  const data = await readFile(process.env.XAUTHORITY ?? `${process.env.HOME}/.Xauthority`);
  for (let at = 0; at < data.length; ) {
    at += 2; // the family of the address
    const fields = [0, 0, 0, 0].map(() => {
      const length = data.readUInt16BE(at);
      const field = data.subarray(at + 2, at + 2 + length);
      at += 2 + length;
      return field;
    });
    if (fields[1].toString() === number) return fields[3];
  }
  throw new Error(`there is no secret for display ${number}`);
}
