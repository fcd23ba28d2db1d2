// Scanning tickets with the phone's camera, where the browser can read codes; the text box works everywhere.
(() => {
  const field = document.querySelector("[data-scan=code]");
  if (!field || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-outline-primary w-100 mt-2";
  button.textContent = "打开相机扫码";
  field.insertAdjacentElement("afterend", button);
  button.addEventListener("click", async () => {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      button.textContent = "相机打不开，请输入票号或报名序号";
      return;
    }
    const video = document.createElement("video");
    video.className = "w-100 mt-2";
    video.srcObject = stream;
    video.setAttribute("playsinline", "");
    button.replaceWith(video);
    await video.play();
    const look = async () => {
      const found = await detector.detect(video).catch(() => []);
      if (!found.length) return requestAnimationFrame(look);
      stream.getTracks().forEach((track) => track.stop());
      video.remove();
      field.value = found[0].rawValue;
      if (field.form.elements.length <= 4) field.form.requestSubmit();
    };
    look();
  });
})();
