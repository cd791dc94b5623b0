// Runs in each page before its own scripts: remembers every peer connection, and reads what it receives.
// It changes nothing of what the page does.
(() => {
  const Native = window.RTCPeerConnection;
  const connections = [];
  let negotiations = 0;
  class Observed extends Native {
    constructor(...given) {
      super(...given);
      connections.push(this);
    }
    setRemoteDescription(description) {
      negotiations += 1;
      return super.setRemoteDescription(description);
    }
  }
  window.RTCPeerConnection = Observed;

  const live = () => connections.filter((pc) => pc.connectionState !== 'closed').at(-1);

  async function inbound(kind) {
    const pc = live();
    if (!pc) return [];
    const rows = [];
    for (const transceiver of pc.getTransceivers()) {
      const receiver = transceiver.receiver;
      if (!receiver || receiver.track.kind !== kind || transceiver.currentDirection !== 'recvonly') continue;
      const csrcs = receiver.getContributingSources().map((s) => s.source);
      for (const report of (await receiver.getStats()).values()) {
        if (report.type !== 'inbound-rtp') continue;
        rows.push({
          mid: transceiver.mid,
          csrcs,
          framesDecoded: report.framesDecoded ?? 0,
          keyFramesDecoded: report.keyFramesDecoded ?? 0,
          frameWidth: report.frameWidth ?? 0,
          frameHeight: report.frameHeight ?? 0,
          freezeCount: report.freezeCount ?? 0,
          pliCount: report.pliCount ?? 0,
          packetsReceived: report.packetsReceived ?? 0,
          packetsLost: report.packetsLost ?? 0,
          totalAudioEnergy: report.totalAudioEnergy ?? 0,
          concealedSamples: report.concealedSamples ?? 0,
          totalSamplesReceived: report.totalSamplesReceived ?? 0,
        });
      }
    }
    return rows;
  }

  async function outbound(kind) {
    const pc = live();
    if (!pc) return [];
    const rows = [];
    for (const report of (await pc.getStats()).values()) {
      if (report.type !== 'outbound-rtp' || report.kind !== kind) continue;
      const { rid, mid, framesEncoded, frameHeight, bytesSent, active, targetBitrate } = report;
      rows.push({ rid, mid, framesEncoded, frameHeight, bytesSent, active, targetBitrate });
    }
    return rows;
  }

  // Every <video> on the page, shadow roots included, with the tile it stands in.
  function videos(root = document) {
    const found = [];
    for (const element of root.querySelectorAll('*')) {
      if (element instanceof HTMLVideoElement) found.push(element);
      if (element.shadowRoot) found.push(...videos(element.shadowRoot));
    }
    return found;
  }

  function attributeAbove(element, name) {
    for (let at = element; at; at = at.parentNode ?? at.host) {
      if (at instanceof ShadowRoot) { at = at.host; }
      if (at.getAttribute?.(name)) return at.getAttribute(name);
    }
    return null;
  }

  const isSelf = (element) => attributeAbove(element, 'data-self') !== null;

  // What a person sees: the colour in the middle of each visible remote picture, and whose name it is under.
  function pictures() {
    const canvas = new OffscreenCanvas(8, 8);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    return videos().map((video) => {
      const box = video.getBoundingClientRect();
      const visible = video.checkVisibility({ opacityProperty: true, visibilityProperty: true })
        && box.width > 0 && video.readyState >= 2 && video.videoWidth > 0 && video.srcObject !== null;
      let colour = null;
      if (visible) {
        context.drawImage(video, 0, 0, 8, 8);
        colour = [...context.getImageData(4, 5, 1, 1).data.slice(0, 3)];
      }
      return {
        participant: attributeAbove(video, 'data-participant'), name: attributeAbove(video, 'data-name'), kind: attributeAbove(video, 'data-kind'),
        isSelf: isSelf(video),
        visible, colour, width: box.width, height: box.height, videoHeight: video.videoHeight,
      };
    });
  }

  // participant id to the name that stands on the tile.
  function names(root = document, found = {}) {
    for (const element of root.querySelectorAll('*')) {
      const id = element.getAttribute('data-participant');
      const name = element.getAttribute('data-name');
      if (id && name) found[id] = name;
      if (element.shadowRoot) names(element.shadowRoot, found);
    }
    return found;
  }

  window.observe = { connections, live, inbound, outbound, videos, isSelf, pictures, names, negotiations: () => negotiations };
})();
