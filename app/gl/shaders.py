"""GLSL 3.30 of bones, floor and shadows."""

BONE_VERTEX = """#version 330 core
layout(location = 0) in vec4 shape;      // direction on a sphere, end
layout(location = 1) in vec3 a;
layout(location = 2) in vec3 b;
layout(location = 3) in vec2 radius;
layout(location = 4) in vec3 tint;
uniform mat4 camera;
out vec3 normal; out vec3 world; out vec3 colour;
void main() {
    vec3 axis = b - a;
    float span = length(axis);
    vec3 z = span > 1e-6 ? axis / span : vec3(0, 1, 0);
    vec3 helper = abs(z.y) < 0.95 ? vec3(0, 1, 0) : vec3(1, 0, 0);
    vec3 x = normalize(cross(helper, z));
    vec3 y = cross(z, x);
    normal = x * shape.x + y * shape.y + z * shape.z;
    world = mix(a, b, shape.w) + normal * mix(radius.x, radius.y, shape.w);
    colour = tint;
    gl_Position = camera * vec4(world, 1);
}
"""

BONE_FRAGMENT = """#version 330 core
in vec3 normal; in vec3 world; in vec3 colour;
uniform vec3 eye; uniform vec3 fog;
out vec4 fragment;
void main() {
    vec3 n = normalize(normal), v = normalize(eye - world);
    vec3 key = normalize(vec3(0.45, 0.85, 0.55));
    float lambert = max(dot(n, key), 0.0);
    float sky = 0.5 + 0.5 * n.y;
    float rim = pow(1.0 - max(dot(n, v), 0.0), 3.0);
    float gloss = pow(max(dot(n, normalize(key + v)), 0.0), 40.0);
    vec3 lit = colour * (0.34 + 0.22 * sky + 0.62 * lambert) + 0.10 * gloss + 0.10 * rim * vec3(1);
    float haze = smoothstep(14.0, 45.0, distance(eye, world));
    fragment = vec4(mix(lit, fog, haze), 1);
}
"""

MESH_VERTEX = """#version 330 core
layout(location = 0) in vec3 place;
uniform mat4 camera; uniform vec3 shift;
out vec3 world;
void main() {
    world = place + shift;
    gl_Position = camera * vec4(world, 1);
}
"""

MESH_FRAGMENT = """#version 330 core
in vec3 world;
uniform vec3 eye; uniform vec3 fog;
out vec4 fragment;
void main() {
    vec3 n = normalize(cross(dFdx(world), dFdy(world))), v = normalize(eye - world);
    n = dot(n, v) < 0.0 ? -n : n;
    float lambert = max(dot(n, normalize(vec3(0.45, 0.85, 0.55))), 0.0);
    vec3 lit = vec3(0.72, 0.70, 0.68) * (0.36 + 0.20 * (0.5 + 0.5 * n.y) + 0.55 * lambert);
    fragment = vec4(mix(lit, fog, smoothstep(14.0, 45.0, distance(eye, world))), 1);
}
"""

FLOOR_VERTEX = """#version 330 core
const vec2 corners[4] = vec2[](vec2(-1, -1), vec2(1, -1), vec2(-1, 1), vec2(1, 1));
uniform mat4 camera; uniform vec3 middle;
out vec2 ground;
void main() {
    ground = middle.xz + corners[gl_VertexID] * 60.0;
    gl_Position = camera * vec4(ground.x, 0, ground.y, 1);
}
"""

FLOOR_FRAGMENT = """#version 330 core
in vec2 ground;
uniform vec3 eye; uniform vec3 fog; uniform vec3 floor_colour; uniform vec3 line_colour;
uniform vec3 middle;
out vec4 fragment;
void main() {
    vec2 width = fwidth(ground);
    vec2 near = abs(fract(ground - 0.5) - 0.5) / max(width, vec2(1e-5));
    float line = 1.0 - min(min(near.x, near.y) / 1.3, 1.0);
    line *= 1.0 - smoothstep(0.15, 0.5, max(width.x, width.y));
    // The floor ends in the background, long before it would in a line.
    float away = distance(eye, vec3(ground.x, 0, ground.y));
    float haze = max(smoothstep(1.2, 8.0, distance(ground, middle.xz)), smoothstep(4.0, 22.0, away));
    vec3 colour = mix(floor_colour, line_colour, line * 0.75);
    fragment = vec4(mix(colour, fog, haze), 1);
}
"""

SHADOW_VERTEX = """#version 330 core
const vec2 corners[4] = vec2[](vec2(-1, -1), vec2(1, -1), vec2(-1, 1), vec2(1, 1));
layout(location = 1) in vec3 a;
layout(location = 2) in vec3 b;
layout(location = 3) in vec2 radius;
uniform mat4 camera;
out vec2 ground; flat out vec2 from; flat out vec2 to; flat out float soft; flat out float dark;
void main() {
    float height = max(min(a.y, b.y), 0.0);
    float wide = max(radius.x, radius.y);
    soft = wide * 1.1 + 0.030 + 0.16 * height;
    float thick = min(wide / 0.04, 1.0);
    // Darkest and sharpest where something touches the floor.
    dark = (0.34 + 0.30 * exp(-height * 14.0)) * thick * thick / (1.0 + 4.0 * height);
    from = a.xz + vec2(-0.10, -0.12) * a.y; to = b.xz + vec2(-0.10, -0.12) * b.y;
    vec2 along = to - from;
    float span = length(along);
    vec2 u = span > 1e-5 ? along / span : vec2(1, 0);
    vec2 v = vec2(-u.y, u.x);
    vec2 c = corners[gl_VertexID];
    ground = (from + to) * 0.5 + u * c.x * (span * 0.5 + 2.2 * soft) + v * c.y * 2.2 * soft;
    gl_Position = camera * vec4(ground.x, 0.002, ground.y, 1);
}
"""

SHADOW_FRAGMENT = """#version 330 core
in vec2 ground; flat in vec2 from; flat in vec2 to; flat in float soft; flat in float dark;
out vec4 fragment;
void main() {
    vec2 along = to - from;
    float t = clamp(dot(ground - from, along) / max(dot(along, along), 1e-8), 0.0, 1.0);
    float d = distance(ground, from + along * t) / soft;
    fragment = vec4(0, 0, 0, dark * exp(-d * d * 1.6));
}
"""
