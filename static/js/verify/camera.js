// The camera as a reader of QR codes: the browser's own detector, else the vendored decoder (docs/adr/0015, 0035).
// Pictures stay in the page.
const EACH = 120, END = 180000;

async function reader(video) {
  const canvas = document.createElement("canvas"), paper = canvas.getContext("2d", { willReadFrequently: true });
  let decodeQR = null;
  const ours = async () => {
    decodeQR = decodeQR || (await import("../../vendor/qr/decode.js")).decodeQR;
    const scale = Math.min(1, 1920 / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    paper.drawImage(video, 0, 0, canvas.width, canvas.height);
    try { return decodeQR(paper.getImageData(0, 0, canvas.width, canvas.height), { effort: 3, timeLimit: 120 }); } catch { return ""; }
  };
  let look = ours;
  try {
    if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      look = async () => ((await detector.detect(video))[0] || { rawValue: "" }).rawValue;
    }
  } catch { look = ours; }
  return async () => {
    // Some browsers name a detector that then fails: ours takes over.
    try { return await look(); } catch { look = ours; return ours(); }
  };
}

// Opens the camera into the video element and calls read(text) for each code seen until it answers true. Answers with
// how it ended: "read", "closed", "ended" (nothing for three minutes), "denied", "missing", "busy" or "insecure".
export async function scan(video, signal, read) {
  if (!navigator.mediaDevices) return "insecure";
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } } });
  } catch (error) {
    return { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing" }[error.name] || "busy";
  }
  try {
    if (signal.aborted) return "closed";
    video.srcObject = stream;
    const [look] = await Promise.all([reader(video), video.play()]);
    const start = performance.now();
    while (!signal.aborted) {
      const text = video.videoWidth ? await look() : "";
      if (signal.aborted) break;
      if (text && await read(text)) return "read";
      if (performance.now() - start > END) return "ended";
      await new Promise((resolve) => setTimeout(resolve, EACH));
    }
    return "closed";
  } catch { return signal.aborted ? "closed" : "busy"; } finally {
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  }
}
