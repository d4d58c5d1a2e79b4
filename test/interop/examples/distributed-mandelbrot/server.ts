/** A worker that computes lines of the Mandelbrot set. Start as many as there are machines: each takes a name. */
import { expose, serve } from "#pyro";

const STEPS = 100;
const SHADES = " .,:;i1tfLCG08@";

export class Worker {
  static {
    expose(this, { methods: { line: "line(width, height, row)" } });
  }

  #done = 0;

  line(width: number, height: number, row: number): { text: string; done: number } {
    const im = (row / (height - 1)) * 2.4 - 1.2;
    let text = "";
    for (let column = 0; column < width; column++) text += shade((column / (width - 1)) * 3.2 - 2.2, im);
    return { text, done: ++this.#done };
  }
}

function shade(re: number, im: number): string {
  let [x, y, steps] = [0, 0, 0];
  while (steps < STEPS && x * x + y * y < 4) {
    [x, y] = [x * x - y * y + re, 2 * x * y + im];
    steps++;
  }
  return steps === STEPS ? "#" : (SHADES[steps % SHADES.length] ?? "");
}

await serve({ "example.mandelbrot.worker1": new Worker(), "example.mandelbrot.worker2": new Worker() });
