// A stranger's client: only the socket.io library and docs/protocol.md. Receives; sends nothing.
async function bareJoin(token, videoSlots) {
  const socket = io(location.origin, { auth: { protocol: 1, token }, transports: ['websocket'] });
  const events = [];
  socket.on('events', (list, acknowledge) => { events.push(...list); acknowledge?.(); });
  const send = (message) => new Promise((resolve, reject) => socket.emit('command', message, (answer) => {
    if (answer.type === 'error') reject(new Error(`${answer.code}: ${answer.text}`)); else resolve(answer);
  }));
  await new Promise((resolve, reject) => { socket.on('connect', resolve); socket.on('connect_error', reject); });
  const joined = await send({ type: 'join', name: 'Fremmed', videoSlots, knowsWhoSees: 'all' });
  const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  for (let i = 0; i < joined.media.slots.speaker + joined.media.slots.programme; i += 1) {
    pc.addTransceiver('audio', { direction: 'recvonly' });
  }
  const slots = [];
  for (let i = 0; i < joined.media.slots.video; i += 1) slots.push(pc.addTransceiver('video', { direction: 'recvonly' }));
  await pc.setLocalDescription();
  const answer = await send({ type: 'offer', sdp: pc.localDescription.sdp, sources: {} });
  await pc.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
  const video = document.createElement('video');
  video.muted = true;
  video.width = 320;
  document.body.append(video);
  video.srcObject = new MediaStream([slots[0].receiver.track]);
  void video.play();
  window.bare = { socket, send, pc, events, video, slots };
  return joined;
}

// Asks for another size and waits for the first presented frame of that size: milliseconds.
function bareSwitch(height, decodedHeights) {
  const { video, send } = window.bare;
  const start = performance.now();
  return new Promise((resolve) => {
    const look = () => {
      if (decodedHeights.includes(video.videoHeight)) resolve(performance.now() - start);
      else video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    void send({ type: 'setTiles', tiles: [{ slot: 0, width: Math.round((height * 16) / 9), height }] });
  });
}
