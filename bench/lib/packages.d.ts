/** The little that is used of this room's own packages: they need not be installed when types are checked. */

declare module "echarts" {
  interface Chart {
    setOption(option: object): void;
    renderToSVGString(): string;
    dispose(): void;
  }
  export function init(
    element: null,
    theme: null,
    options: { renderer: "svg"; ssr: true; width: number; height: number },
  ): Chart;
}

declare module "msgpackr" {
  export class Packr {
    constructor(options: { useRecords?: boolean; structuredClone?: boolean });
    pack(value: unknown): Buffer;
    unpack(bytes: Uint8Array): unknown;
  }
}
