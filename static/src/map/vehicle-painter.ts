// Paints vehicles with WebGL: one buffer of tracks, written when reports come in, and one draw call a frame.
//
// Every vehicle is in the buffer four times, once for each corner, instead of being an instance: graphics done by software
// take an instance for a draw call of its own, and the buffer is written but once a second.

import { APPEAR_MS, FADE_FROM_MS, FADE_TO_MS, FAINT, isStanding, type Track } from '../live/vehicles';
import { speedRamp } from './palette';
import { FRAGMENT, RAMP_STOPS, VERTEX } from './vehicle-shader';
import { WORLD_M, worldX, worldY } from './world';

/** Numbers a vehicle takes in the buffer: name in the shader, count. */
const LAYOUT = [
  ['a_from_via', 4],
  ['a_to', 2],
  ['a_times', 3],
  ['a_course', 2],
  ['a_state', 3],
  ['a_shape', 1],
] as const;
const STRIDE = LAYOUT.reduce((sum, [, count]) => sum + count, 0);

/** What is seen: the middle in world metres, and pixels per world metre. */
export interface View {
  x: number;
  y: number;
  pixelsPerM: number;
  width: number;
  height: number;
  density: number;
}

export class VehiclePainter {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  readonly #array: WebGLVertexArrayObject;
  readonly #buffer: WebGLBuffer;
  readonly #uniforms = new Map<string, WebGLUniformLocation | null>();
  #data = new Float32Array(0);
  #count = 0;
  #origin = { x: 0, y: 0, at: 0 };

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#program = link(gl);
    this.#array = gl.createVertexArray();
    this.#buffer = gl.createBuffer();
    gl.bindVertexArray(this.#array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    let offset = 0;
    for (const [name, count] of LAYOUT) {
      const location = gl.getAttribLocation(this.#program, name);
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, count, gl.FLOAT, false, STRIDE * 4, offset * 4);
      offset += count;
    }
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /** Takes the vehicles as they are known at the local time `now`. */
  load(tracks: Iterable<Track>, count: number, now: number): void {
    this.#makeRoom(count);
    this.#count = 0;
    for (const track of tracks) {
      // Numbers are kept small, near a vehicle and near now, because the GPU has 24 bits for each.
      if (this.#count === 0) this.#origin = { x: worldX(track.to[0]), y: worldY(track.to[1]), at: now };
      const numbers = this.#numbersOf(track);
      for (let corner = 0; corner < 4; corner += 1) this.#data.set(numbers, (this.#count * 4 + corner) * STRIDE);
      this.#count += 1;
    }
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    gl.bufferData(gl.ARRAY_BUFFER, this.#data.subarray(0, this.#count * 4 * STRIDE), gl.DYNAMIC_DRAW);
  }

  /** Takes the colours of the theme that is on. */
  colour(rim: [number, number, number]): void {
    const gl = this.#gl;
    const ramp = speedRamp();
    gl.useProgram(this.#program);
    gl.uniform1fv(this.#uniform('u_kmh'), ramp.map((stop) => stop.kmh).slice(0, RAMP_STOPS));
    gl.uniform3fv(
      this.#uniform('u_colours'),
      ramp.flatMap((stop) => stop.rgb),
    );
    gl.uniform3fv(this.#uniform('u_rim'), rim);
  }

  paint(view: View, sizePx: number, now: number): void {
    const gl = this.#gl;
    const [clipX, clipY] = [2 / view.width, 2 / view.height];
    const scale = view.pixelsPerM;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (this.#count === 0) return;
    gl.useProgram(this.#program);
    gl.bindVertexArray(this.#array);
    gl.uniform1f(this.#uniform('u_now'), (now - this.#origin.at) / 1000);
    gl.uniform4f(
      this.#uniform('u_view'),
      scale * clipX,
      -scale * clipY,
      (this.#origin.x - view.x) * scale * clipX,
      -(this.#origin.y - view.y) * scale * clipY,
    );
    gl.uniform2f(this.#uniform('u_pixel'), clipX, clipY);
    gl.uniform1f(this.#uniform('u_size'), sizePx);
    gl.uniform1f(this.#uniform('u_density'), view.density);
    gl.uniform4f(this.#uniform('u_fading'), FADE_FROM_MS / 1000, FADE_TO_MS / 1000, FAINT, APPEAR_MS / 1000);
    gl.drawElements(gl.TRIANGLES, this.#count * 6, gl.UNSIGNED_INT, 0);
  }

  #makeRoom(count: number): void {
    if (this.#data.length >= count * 4 * STRIDE) return;
    const room = Math.ceil(count * 1.5);
    this.#data = new Float32Array(room * 4 * STRIDE);
    const corners = new Uint32Array(room * 6);
    for (let vehicle = 0; vehicle < room; vehicle += 1) {
      corners.set(
        [0, 1, 2, 2, 1, 3].map((corner) => vehicle * 4 + corner),
        vehicle * 6,
      );
    }
    const gl = this.#gl;
    gl.bindVertexArray(this.#array);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, corners, gl.STATIC_DRAW);
  }

  #numbersOf(track: Track): number[] {
    const { x, y, at } = this.#origin;
    const seconds = (time: number): number => (time - at) / 1000;
    const standing = isStanding(track) ? 1 : 0;
    return [
      worldX(track.from[0]) - x,
      worldY(track.from[1]) - y,
      worldX(track.via[0]) - x,
      worldY(track.via[1]) - y,
      worldX(track.to[0]) - x,
      worldY(track.to[1]) - y,
      seconds(track.start),
      seconds(track.viaAt),
      seconds(track.end),
      track.fromCourse ?? 0,
      track.turn,
      track.speedMps === null ? -1 : track.speedMps * 3.6,
      seconds(track.heardAt),
      seconds(track.bornAt),
      standing + (track.fromCourse === null ? 2 : 0),
    ];
  }

  #uniform(name: string): WebGLUniformLocation | null {
    if (!this.#uniforms.has(name)) this.#uniforms.set(name, this.#gl.getUniformLocation(this.#program, name));
    return this.#uniforms.get(name) ?? null;
  }
}

/** Pixels per world metre at a zoom. */
export function pixelsPerM(zoom: number): number {
  return (512 * 2 ** zoom) / WORLD_M;
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) throw new Error('no shader can be made: the graphics context is lost');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`the vehicles' shader does not link: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}
