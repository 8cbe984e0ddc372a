// How a vehicle is drawn: an arrowhead along its course, hollow when standing, a dot where no course is known. The glide is
// worked out here, on the GPU, from the same track that `drawnAt` reads; per frame only the time and the view are new.

/** Colours of speed that the shader mixes. */
export const RAMP_STOPS = 5;

export const VERTEX = `#version 300 es
precision highp float;

in vec4 a_from_via;    // metres from the origin of the buffer, east and south
in vec2 a_to;
in vec3 a_times;       // start, via, end; seconds from the buffer's time
in vec2 a_course;      // at the start, and the turn; degrees
in vec3 a_state;       // speed in km/h or -1; when heard; when born
in float a_shape;      // 0 arrowhead, 1 hollow arrowhead, 2 dot, 3 hollow dot

uniform float u_now;
uniform vec4 u_view;   // clip = position * xy + zw
uniform vec2 u_pixel;  // clip per pixel
uniform float u_size;  // pixels from the middle to the tip
uniform vec4 u_fading; // fade from, fade to, faint, appear; seconds
uniform float u_kmh[${RAMP_STOPS}];
uniform vec3 u_colours[${RAMP_STOPS}];

out vec2 v_at;
out vec4 v_colour;
flat out float v_shape;

float share(float now, float start, float end) {
  return now >= end ? 1.0 : now <= start ? 0.0 : (now - start) / (end - start);
}

vec3 colourOf(float kmh) {
  vec3 colour = u_colours[0];
  for (int i = 1; i < ${RAMP_STOPS}; i++) {
    colour = mix(colour, u_colours[i], share(kmh, u_kmh[i - 1], u_kmh[i]));
  }
  return colour;
}

void main() {
  // Four corners a vehicle, told apart by their place in the buffer.
  vec2 side = vec2((gl_VertexID & 1) == 0 ? -1.0 : 1.0, (gl_VertexID & 2) == 0 ? -1.0 : 1.0);
  bool first = u_now < a_times.y;
  vec2 a = first ? a_from_via.xy : a_from_via.zw;
  vec2 b = first ? a_from_via.zw : a_to;
  vec2 span = first ? a_times.xy : a_times.yz;
  vec2 at = mix(a, b, share(u_now, span.x, span.y));

  float course = radians(a_course.x + a_course.y * share(u_now, a_times.x, a_times.z));
  // Corners reach a little beyond the shape, for its rim.
  vec2 corner = side * vec2(1.1, 1.3);
  vec2 turned = vec2(corner.x * cos(course) + corner.y * sin(course), corner.y * cos(course) - corner.x * sin(course));
  gl_Position = vec4(at * u_view.xy + u_view.zw + turned * u_size * u_pixel, 0.0, 1.0);

  float faded = share(u_now, a_state.y + u_fading.x, a_state.y + u_fading.y);
  float opacity = share(u_now, a_state.z, a_state.z + u_fading.w) * (1.0 - faded * (1.0 - u_fading.z));
  v_colour = vec4(colourOf(max(a_state.x, 0.0)), opacity);
  v_shape = a_shape;
  v_at = corner;
}`;

export const FRAGMENT = `#version 300 es
precision highp float;

in vec2 v_at;
in vec4 v_colour;
flat in float v_shape;
uniform float u_size;
uniform float u_density; // device pixels per pixel
uniform vec3 u_rim;
out vec4 colour;

// Distance to the arrowhead's outline, negative inside. Both halves are one: right of the middle it lies behind two edges,
// from the tip (0, 1) to the wing (0.74, -0.82), and from the wing to the notch (0, -0.42).
float arrowhead(vec2 p) {
  p.x = abs(p.x);
  return max(dot(p - vec2(0.0, 1.0), vec2(0.9264, 0.3767)), dot(p - vec2(0.0, -0.42), vec2(-0.4755, -0.8797)));
}

float covered(float distance) {
  return clamp(0.5 - distance * u_density, 0.0, 1.0);
}

void main() {
  bool dot_shape = v_shape > 1.5;
  bool hollow = v_shape == 1.0 || v_shape == 3.0;
  float distance = (dot_shape ? length(v_at) - 0.6 : arrowhead(v_at)) * u_size;

  float rim = covered(distance - 1.1);
  float body = covered(distance);
  float inner = hollow ? covered(distance + 1.7) : 0.0;
  vec3 mixed = mix(u_rim, v_colour.rgb, body * (1.0 - inner));
  float alpha = rim * v_colour.a * (hollow ? mix(1.0, 0.75, inner) : 1.0);
  colour = vec4(mixed * alpha, alpha);
}`;
