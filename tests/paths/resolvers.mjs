// Foreign resolvers of raw paths: nginx, Node and Python, each the way its users serve files. Loopback or sockets in a temporary directory only.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const NGINX = (dir, root) => `
daemon off; master_process off; worker_processes 1; pid ${dir}/nginx.pid; error_log ${dir}/error.log crit;
events { worker_connections 256; }
http {
  access_log off; default_type text/plain;
  client_body_temp_path ${dir}/b; proxy_temp_path ${dir}/p; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  server { listen unix:${dir}/merging.sock; root ${root}; location /static/ { alias ${root}/public/; } location / { try_files $uri $uri/index.html =404; } }
  server { listen unix:${dir}/exact.sock; merge_slashes off; root ${root}; location / { try_files $uri $uri/index.html =404; } }
  server { listen unix:${dir}/proxy.sock; location / { proxy_pass http://unix:${dir}/merging.sock:/; } }
}`;

// How a Node program gets from req.url to a name below its root.
const NODE = {
  'node, new URL': (url) => decodeURIComponent(new URL(url, 'http://app').pathname),
  'node, decoded before the query is cut': (url) => decodeURIComponent(url).split(/[?#]/)[0],
  'node, parameters removed': (url) => decodeURIComponent(url.split('?')[0]).replace(/;[^/]*/g, ''),
  'node, parameters removed before decoding': (url) => decodeURIComponent(url.split('?')[0].replace(/;[^/]*/g, '')),
  'node, query and then parameters cut after decoding': (url) => decodeURIComponent(url).split(/[?#]/)[0].replace(/;[^/]*/g, ''),
  'node, all cut before and after decoding': (url) => decodeURIComponent(url.split('?')[0].replace(/;[^/]*/g, '')).split(/[?#]/)[0].replace(/;[^/]*/g, ''),
  'node, backslash as slash': (url) => decodeURIComponent(url.split('?')[0]).replace(/\\/g, '/'),
  'node, decoded twice': (url) => decodeURIComponent(decodeURIComponent(url.split('?')[0])),
  'node, Latin-1': (url) => unescape(url.split('?')[0])
};

function fileBelow(root, name) {
  const path = normalize(join(root, name));
  if (path !== root && !path.startsWith(`${root}/`)) throw new Error('outside');
  const file = statSync(path).isDirectory() ? join(path, 'index.html') : path;
  return readFileSync(resolve(file), 'utf8');
}

async function startNode(root) {
  const server = createServer((request, response) => {
    try {
      response.end(fileBelow(root, NODE[request.headers['x-resolver']](request.url)));
    } catch {
      response.statusCode = 404;
      response.end('no such file');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return { targets: Object.keys(NODE).map((name) => ({ name, at: { port, host: '127.0.0.1' }, headers: `X-Resolver: ${name}\r\n` })), stop: () => server.close() };
}

async function reachable(at, alive) {
  for (;;) {
    if (!alive()) throw new Error('a resolver ended before it listened');
    const socket = connect(at);
    const open = await new Promise((done) => socket.once('connect', () => done(true)).once('error', () => done(false)));
    socket.destroy();
    if (open) return;
    await new Promise((done) => setImmediate(done));
  }
}

async function startNginx(dir, root) {
  writeFileSync(join(dir, 'nginx.conf'), NGINX(dir, root));
  const child = spawn('nginx', ['-e', join(dir, 'error.log'), '-p', dir, '-c', join(dir, 'nginx.conf')], { stdio: ['ignore', 'inherit', 'inherit'] });
  await once(child, 'spawn').catch(() => {
    throw new Error('this lane needs nginx (Debian: nginx-light)');
  });
  const targets = ['merging', 'exact', 'proxy'].map((name) => ({ name: `nginx, ${name}`, at: { path: join(dir, `${name}.sock`) }, headers: '' }));
  for (const target of targets) await reachable(target.at, () => child.exitCode === null);
  return { targets, stop: () => child.kill() };
}

async function startPython(root) {
  const child = spawn('python3', [fileURLToPath(new URL('serve.py', import.meta.url)), root], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const ports = JSON.parse(line);
  return { targets: Object.entries(ports).map(([name, port]) => ({ name: `python, ${name}`, at: { port, host: '127.0.0.1' }, headers: '' })), stop: () => child.kill() };
}

export async function startResolvers(dir, root) {
  const started = [await startNginx(dir, root), await startNode(root), await startPython(root)];
  return { targets: started.flatMap((s) => s.targets), stop: () => started.forEach((s) => s.stop()) };
}

// The body for exactly this raw path; '' when the server cannot be asked (a path with a space is no request line).
export function ask(target, raw) {
  if (!/^[!-~]+$/.test(raw)) return Promise.resolve('');
  return new Promise((done) => {
    let text = '';
    const socket = connect(target.at, () => socket.write(`GET ${raw} HTTP/1.1\r\nHost: app.example.com\r\n${target.headers}Connection: close\r\n\r\n`));
    socket.setEncoding('latin1').on('data', (part) => (text += part));
    socket.on('error', () => done(text)).on('close', () => done(text));
  });
}
