// Draws the parts over a picture, from the label map, as the service's own drawing does.

const OUTLINE_OPACITY = 0.9;
const SURE = 0.5; // a landmark's score from which it is drawn

/** A label map's ids, one byte a pixel, from its grey PNG. */
export async function labelsOf(blob) {
  const bitmap = await createImageBitmap(blob, {
    colorSpaceConversion: "none", // they are ids, not shades
    premultiplyAlpha: "none",
  });
  const { width, height } = bitmap;
  const context = canvasOf(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const ids = new Uint8Array(width * height);
  for (let at = 0; at < ids.length; at += 1) ids[at] = data[4 * at];
  return { ids, width, height };
}

export function canvasOf(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

export class Painter {
  /** Draws on a canvas, which takes the size of each picture. */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.mask = canvasOf(1, 1);
  }

  /** Draw a picture, what was found in it (labels, people), and how (see Look). */
  draw(image, found, look) {
    const { canvas, context } = this;
    const { width, height } = image;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.setTransform(look.mirrored ? -1 : 1, 0, 0, 1, look.mirrored ? width : 0, 0);
    context.drawImage(image, 0, 0);
    if (!found) return;
    this.#fill(found.labels, look);
    context.drawImage(this.mask, 0, 0, width, height);
    if (look.landmarks) for (const person of found.people) this.#skeleton(person, look.bones);
  }

  #fill({ ids, width, height }, look) {
    if (this.mask.width !== width || this.mask.height !== height) {
      Object.assign(this.mask, { width, height });
    }
    const context = this.mask.getContext("2d");
    const image = context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const inks = inksOf(look);
    const shown = look.shownAs; // id -> id, or 0 where it is not drawn
    const line = look.outlines ? rgba(255, 255, 255, Math.max(OUTLINE_OPACITY, look.opacity)) : 0;
    const reach = lineWidth(width, height);
    const across = reach, down = reach * width;
    for (let y = 0, at = 0; y < height; y += 1) {
      const above = y >= reach, below = y < height - reach;
      for (let x = 0; x < width; x += 1, at += 1) {
        const id = shown[ids[at]];
        if (!id) continue;
        const edge = line && (
          (x >= across && !shown[ids[at - across]]) ||
          (x < width - across && shown[ids[at + across]] !== id) ||
          (above && !shown[ids[at - down]]) ||
          (below && shown[ids[at + down]] !== id));
        pixels[at] = edge ? line : inks[id];
      }
    }
    context.putImageData(image, 0, 0);
  }

  #skeleton(person, bones) {
    const points = new Map();
    for (const { name, x, y, score } of person.landmarks ?? []) {
      if (score >= SURE) points.set(name, [x, y]);
    }
    const { context, canvas } = this;
    const width = lineWidth(canvas.width, canvas.height);
    for (const [thickness, ink] of [[3 * width, "#101418"], [width, "#ffffff"]]) {
      Object.assign(context, { lineWidth: thickness, strokeStyle: ink, fillStyle: ink });
      context.beginPath();
      for (const [one, other] of bones) {
        if (!points.has(one) || !points.has(other)) continue;
        context.moveTo(...points.get(one));
        context.lineTo(...points.get(other));
      }
      context.stroke();
      for (const [x, y] of points.values()) {
        context.beginPath();
        context.arc(x, y, thickness, 0, 2 * Math.PI);
        context.fill();
      }
    }
  }
}

function inksOf(look) {
  return Uint32Array.from(look.palette, (colour) => {
    const value = Number.parseInt(colour.slice(1), 16);
    return rgba(value >> 16, (value >> 8) & 255, value & 255, look.opacity);
  });
}

function rgba(red, green, blue, opacity) {
  return ((Math.round(255 * opacity) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** 1 pixel up to 480p, 2 up to 1080p, and 3 above. */
function lineWidth(width, height) {
  return Math.min(3, Math.max(1, Math.round(Math.min(width, height) / 480)));
}
