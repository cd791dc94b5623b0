// Runs in a page before its own scripts: its browser never learns of the server's UDP candidates, as if none answered.
(() => {
  const prototype = RTCPeerConnection.prototype;
  const native = prototype.setRemoteDescription;
  prototype.setRemoteDescription = function (description) {
    const lines = description.sdp.split('\r\n').filter((line) => !/^a=candidate:\S+ \d+ udp /i.test(line));
    return native.call(this, { type: description.type, sdp: lines.join('\r\n') });
  };
})();
