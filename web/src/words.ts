// The few sentences that the islands themselves say. Everything else on a page comes from the server.

const zh = {
  saving: "正在保存",
  saved: (time: string) => `已保存 ${time}`,
  offline: "没有网络。填的内容留在这台设备上，连上后自动保存",
  keptNowhere: "没有网络，也没有留存：这是公用设备。请先不要关掉页面",
  restored: "上次断网时填的内容已经放回来了",
  saveRefused: "没有保存成功。请刷新页面再看",
  notSaved: "还没有保存",
  elsewhere: "这份草稿在别处改过",
  elsewhereChoose: "您在这里填的都还在，但还没有存。可以用这里填的，也可以改用别处存的。",
  keepMine: "用这里填的",
  takeTheirs: "用别处存的",
  choose: "请选择",
  divisionsFailed: "下一级没有取到，请再选一次",
  tooLarge: (size: string, limit: string) => `文件有 ${size}，最多收 ${limit}。请压缩，或拍照后再传`,
  wrongKind: (kinds: string) => `这种文件收不了。请传 ${kinds}`,
  empty: "文件是空的，请重新选",
  uploading: (percent: number) => `已上传 ${percent}%`,
  uploadLabel: "上传进度",
  uploadFailed: "没有传上去，请再传一次",
  requestFailed: "没有取到，请再试一次",
  passkeyMissing: "这个浏览器不支持通行密钥，请用其他方式",
  passkeyStopped: "没有完成。可能是取消了、等得太久，或者这台设备上没有合适的通行密钥。可以再试一次",
  passkeyThere: "这台设备上已经有这个账户的通行密钥了",
  passkeyFailed: "设备没有办成，请再试一次，或者用其他方式",
};

const en: typeof zh = {
  saving: "Saving",
  saved: (time) => `Saved ${time}`,
  offline: "No network. What you typed is kept on this device and saved once you are back",
  keptNowhere: "No network, and nothing is kept: this is a shared machine. Please leave the page open",
  restored: "What you typed while offline has been put back",
  saveRefused: "Not saved. Please reload the page and look again",
  notSaved: "Not saved yet",
  elsewhere: "This draft was changed in another window",
  elsewhereChoose: "What you typed here is still on the page and is not saved yet. Keep what is here, or look at what was saved in the other window.",
  keepMine: "Keep what is here",
  takeTheirs: "Use what was saved",
  choose: "Choose",
  divisionsFailed: "The next level did not arrive. Please choose again",
  tooLarge: (size, limit) => `The file has ${size}, the most is ${limit}. Make it smaller or take a photo`,
  wrongKind: (kinds) => `This kind of file is not accepted. Please send ${kinds}`,
  empty: "The file is empty. Please choose again",
  uploading: (percent) => `${percent}% sent`,
  uploadLabel: "Upload progress",
  uploadFailed: "Not sent. Please try again",
  requestFailed: "That did not work. Please try again",
  passkeyMissing: "This browser has no passkeys. Please use another way",
  passkeyStopped: "Not done. It was cancelled, took too long, or this device has no passkey that fits. You can try again",
  passkeyThere: "This device already has a passkey of this account",
  passkeyFailed: "The device could not do it. Try again, or use another way",
};

export const words = document.documentElement.lang.startsWith("zh") ? zh : en;

/** Hours and minutes as people here read them, whatever the machine's own zone. */
export function clock(date: Date): string {
  return new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai" }).format(date);
}

/** A file size with at most one decimal, counted as the limits are: 1 MB = 1024 × 1024 bytes. Rounded up, so that a
 *  file over a limit never reads as the limit itself. */
export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, "KB"] : [bytes / (1024 * 1024), "MB"];
  return `${Math.ceil(value * 10) / 10} ${unit}`;
}
