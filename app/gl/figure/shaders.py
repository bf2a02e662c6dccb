"""GLSL 3.30 of figures: dual-quaternion skinning (Kavan et al., 2007), soft light, marks."""

# vec4 rows of a block of 16 kB at most, the least that OpenGL 3.3 grants; three for each bone.
BONES = 84

VERTEX = f"""#version 330 core
layout(location = 0) in vec3 place;
layout(location = 1) in vec3 side;
layout(location = 2) in vec4 weights;
layout(location = 3) in ivec4 bones;
layout(location = 4) in vec2 mark;
layout(std140) uniform Bones {{ vec4 rows[{3 * BONES}]; }};
uniform mat4 camera; uniform float size;
out vec3 normal; out vec3 world; out vec3 colour; out vec2 marked;
vec3 turn(vec4 q, vec3 v) {{ return v + 2.0 * cross(q.xyz, cross(q.xyz, v) + q.w * v); }}
void main() {{
    vec4 real = rows[3 * bones.x] * weights.x, dual = rows[3 * bones.x + 1] * weights.x;
    vec4 pivot = rows[3 * bones.x];
    colour = rows[3 * bones.x + 2].rgb * weights.x;
    for (int k = 1; k < 4; k++) {{
        float w = weights[k];
        if (w == 0.0) break;
        int at = 3 * bones[k];
        float s = dot(rows[at], pivot) < 0.0 ? -w : w;
        real += rows[at] * s; dual += rows[at + 1] * s; colour += rows[at + 2].rgb * w;
    }}
    float scale = 1.0 / length(real);
    real *= scale; dual *= scale;
    world = turn(real, place * size) + 2.0 * (real.w * dual.xyz - dual.w * real.xyz + cross(real.xyz, dual.xyz));
    // What lies on the floor is pressed flat by it.
    if (world.y < 0.0 && world.y > -0.25) world.y *= 0.04;
    normal = turn(real, side);
    marked = mark;
    gl_Position = camera * vec4(world, 1);
}}
"""

FRAGMENT = """#version 330 core
in vec3 normal; in vec3 world; in vec3 colour; in vec2 marked;
uniform vec3 eye; uniform vec3 fog; uniform float rim; uniform float opacity;
out vec4 fragment;
void main() {
    vec3 n = normalize(normal), v = normalize(eye - world);
    float facing = max(dot(n, v), 0.0);
    // Marks end sharply, over a pixel.
    float mark = smoothstep(-0.5, 0.5, marked.x / max(fwidth(marked.x), 1e-5));
    float dark = 1.0 - marked.y;
    vec3 base = mix(colour, mix(vec3(0.93, 0.90, 0.86), vec3(0.13, 0.145, 0.17), dark), mark * 0.92);
    vec3 key = normalize(vec3(0.35, 0.75, 0.45) + 0.45 * v);
    // Light that wraps around the body, from the sky and from the floor.
    float wrapped = clamp((dot(n, key) + 0.35) / 1.35, 0.0, 1.0);
    float sky = 0.5 + 0.5 * n.y;
    vec3 ambient = mix(vec3(0.36, 0.34, 0.33), vec3(0.52, 0.53, 0.55), sky);
    float gloss = pow(max(dot(n, normalize(key + v)), 0.0), 28.0) * mix(0.06, 0.35, mark * dark);
    float edge = pow(1.0 - facing, 3.0);
    vec3 lit = base * (ambient + 0.50 * wrapped * wrapped + 0.10 * facing) + gloss;
    lit += rim * edge * (0.35 + 0.65 * sky) * vec3(0.62, 0.72, 0.90);
    lit *= 1.0 - (1.0 - rim) * 0.16 * edge;
    // Close to the floor there is less light.
    lit *= 0.80 + 0.20 * smoothstep(0.0, 0.35, world.y);
    float haze = smoothstep(14.0, 45.0, distance(eye, world));
    fragment = vec4(mix(lit, fog, haze), opacity);
}
"""
