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
    if (world.y < 0.0 && world.y > -0.30) world.y *= 0.04;
    normal = turn(real, side);
    marked = mark;
    gl_Position = camera * vec4(world, 1);
}}
"""

# What lights bodies: base colour, normal, direction to the eye, strength of the gloss.
LIGHT = """
uniform vec3 eye; uniform vec3 fog; uniform float rim;
vec3 lit_by(vec3 base, vec3 n, vec3 v, vec3 world, float shine) {
    float facing = max(dot(n, v), 0.0);
    vec3 key = normalize(vec3(0.35, 0.75, 0.45) + 0.45 * v);
    // Light that wraps around the body, from the sky and from the floor.
    float wrapped = clamp((dot(n, key) + 0.35) / 1.35, 0.0, 1.0);
    float sky = 0.5 + 0.5 * n.y;
    vec3 ambient = mix(vec3(0.36, 0.34, 0.33), vec3(0.52, 0.53, 0.55), sky);
    float gloss = pow(max(dot(n, normalize(key + v)), 0.0), 28.0) * shine;
    float edge = pow(1.0 - facing, 3.0);
    vec3 lit = base * (ambient + 0.50 * wrapped * wrapped + 0.10 * facing) + gloss;
    lit += rim * edge * (0.35 + 0.65 * sky) * vec3(0.62, 0.72, 0.90);
    lit *= 1.0 - (1.0 - rim) * 0.16 * edge;
    // Close to the floor there is less light.
    lit *= 0.80 + 0.20 * smoothstep(0.0, 0.35, world.y);
    return mix(lit, fog, smoothstep(14.0, 45.0, distance(eye, world)));
}
"""

FRAGMENT = f"""#version 330 core
in vec3 normal; in vec3 world; in vec3 colour; in vec2 marked;
uniform float opacity;
out vec4 fragment;
{LIGHT}
void main() {{
    vec3 n = normalize(normal), v = normalize(eye - world);
    // Marks end sharply, over a pixel.
    float mark = smoothstep(-0.5, 0.5, marked.x / max(fwidth(marked.x), 1e-5));
    float dark = 1.0 - marked.y;
    vec3 base = mix(colour, mix(vec3(0.93, 0.90, 0.86), vec3(0.13, 0.145, 0.17), dark), mark * 0.92);
    fragment = vec4(lit_by(base, n, v, world, mix(0.06, 0.35, mark * dark)), opacity);
}}
"""

# A character: linear-blend skinning; `rows` holds three rows of a matrix and a tint for each bone.
CHARACTER_VERTEX = """#version 330 core
layout(location = 0) in vec3 place;
layout(location = 1) in vec3 side;
layout(location = 2) in vec4 weights;
layout(location = 3) in ivec4 bones;
layout(location = 4) in vec2 at;
layout(location = 5) in vec4 own;
uniform samplerBuffer rows;
uniform mat4 camera;
out vec3 normal; out vec3 world; out vec4 colour; out vec2 picture_at; out vec4 tint;
void main() {
    vec4 x = vec4(0), y = vec4(0), z = vec4(0);
    tint = vec4(0);
    for (int k = 0; k < 4; k++) {
        float w = weights[k];
        if (w == 0.0) continue;
        int from = 4 * bones[k];
        x += w * texelFetch(rows, from); y += w * texelFetch(rows, from + 1); z += w * texelFetch(rows, from + 2);
        tint += w * texelFetch(rows, from + 3);
    }
    vec4 p = vec4(place, 1);
    world = vec3(dot(x, p), dot(y, p), dot(z, p));
    // What lies on the floor is pressed flat by it.
    if (world.y < 0.0 && world.y > -0.30) world.y *= 0.04;
    normal = vec3(dot(x.xyz, side), dot(y.xyz, side), dot(z.xyz, side));
    colour = own; picture_at = at;
    gl_Position = camera * vec4(world, 1);
}
"""

CHARACTER_FRAGMENT = f"""#version 330 core
in vec3 normal; in vec3 world; in vec4 colour; in vec2 picture_at; in vec4 tint;
uniform sampler2D picture; uniform vec4 factor; uniform float cutoff; uniform float opacity; uniform bool clear;
out vec4 fragment;
{LIGHT}
void main() {{
    vec4 base = texture(picture, picture_at) * factor * colour;
    if (base.a < cutoff) discard;
    vec3 n = normalize(normal), v = normalize(eye - world);
    n = gl_FrontFacing ? n : -n;
    // A tint keeps light and dark of what it covers.
    float light = dot(base.rgb, vec3(0.30, 0.59, 0.11));
    vec3 shown = mix(base.rgb, tint.rgb * (0.45 + 0.75 * light), tint.a);
    fragment = vec4(lit_by(shown, n, v, world, 0.06), (clear ? base.a : 1.0) * opacity);
}}
"""
