// All that the page says, in English and in Indonesian, side by side.

import { recall, remember } from "./memory.js";

const place = "dompet.language";
const tongues = ["en", "id"];
const locales = { en: "en-GB", id: "id-ID" };

const words = {
  // Signing in
  welcome: ["Your wallet", "Dompet Anda"],
  welcomeLine: [
    "Top up, send money to a friend, see every rupiah.",
    "Isi saldo, kirim uang ke teman, lihat setiap rupiah.",
  ],
  signIn: ["Sign in", "Masuk"],
  signOut: ["Sign out", "Keluar"],
  register: ["Create a wallet", "Buat dompet"],
  newHere: ["New here? Create a wallet", "Baru di sini? Buat dompet"],
  knownHere: ["You have a wallet? Sign in", "Sudah punya dompet? Masuk"],
  email: ["E-mail", "Email"],
  emailRule: ["Such as ana@example.com", "Misalnya ana@example.com"],
  username: ["User name", "Nama pengguna"],
  usernameRule: [
    "5 to 32 characters: a–z, 0–9, dot, dash, underscore",
    "5–32 karakter: a–z, 0–9, titik, strip, garis bawah",
  ],
  name: ["Name (may stay empty)", "Nama (boleh kosong)"],
  nameRule: ["At most 100 characters", "Paling banyak 100 karakter"],
  password: ["Password", "Kata sandi"],
  passwordRule: [
    "At least 8 characters, no common password, without your user name",
    "Paling sedikit 8 karakter, bukan kata sandi umum, tanpa nama pengguna",
  ],
  wrongPassword: [
    "User name or password is wrong.", "Nama pengguna atau kata sandi salah.",
  ],
  taken: [
    "This user name or e-mail is taken.", "Nama pengguna atau email ini sudah dipakai.",
  ],
  sessionEnded: [
    "Your session has ended. Sign in again: nothing is lost.",
    "Sesi Anda telah berakhir. Masuk lagi: tidak ada yang hilang.",
  ],
  language: ["Language", "Bahasa"],

  // The wallet
  balance: ["Balance", "Saldo"],
  topUp: ["Top up", "Isi saldo"],
  topUpLine: ["How much shall come in?", "Berapa yang ingin diisi?"],
  amount: ["Amount", "Jumlah"],
  amountRule: ["Whole rupiah, such as 50.000", "Rupiah bulat, misalnya 50.000"],
  toPayment: ["To the payment", "Lanjut ke pembayaran"],
  send: ["Send", "Kirim"],
  sendLine: ["To somebody with a wallet here", "Ke seseorang yang punya dompet di sini"],
  to: ["User name of your friend", "Nama pengguna teman"],
  toRule: ["As your friend signs in", "Seperti saat teman Anda masuk"],
  note: ["What for (may stay empty)", "Untuk apa (boleh kosong)"],
  noteRule: ["At most 140 characters", "Paling banyak 140 karakter"],
  sent: ["{0} is with {1}.", "{0} sudah diterima {1}."],
  insufficient: ["There is not enough money in your wallet.", "Saldo Anda tidak cukup."],
  refusedTransfer: ["The transfer was refused: {0}", "Transfer ditolak: {0}"],

  // Top-ups and what becomes of them
  topUps: ["Top-ups", "Isi saldo terakhir"],
  waiting: ["Waiting for your payment", "Menunggu pembayaran Anda"],
  timeLeft: ["{0} left", "sisa {0}"],
  timeOver: ["the time is over", "waktu habis"],
  pay: ["Pay", "Bayar"],
  cancel: ["Cancel", "Batalkan"],
  paid: ["Paid", "Lunas"],
  expired: ["Expired. Nothing was taken.", "Kedaluwarsa. Tidak ada uang yang diambil."],
  failed: ["Did not work. Nothing was taken.", "Gagal. Tidak ada uang yang diambil."],
  unknown: [
    "We don't know yet whether this went through. We are asking.",
    "Kami belum tahu apakah ini berhasil. Kami sedang memeriksa.",
  ],
  again: ["Again in {0}.", "Dicoba lagi dalam {0}."],
  tooMany: ["Too many tries. Wait {0}.", "Terlalu banyak percobaan. Tunggu {0}."],
  left: [
    "An earlier wish has no outcome: {0}. Shall it be asked for again?",
    "Permintaan sebelumnya belum ada hasilnya: {0}. Minta lagi?",
  ],
  askAgain: ["Ask again", "Minta lagi"],
  drop: ["Drop it", "Lupakan"],
  arrived: ["{0} has arrived in your wallet.", "{0} sudah masuk ke dompet Anda."],
  arrivedLate: [
    "{0} came late, and is in your wallet all the same.",
    "{0} datang terlambat, tetapi tetap masuk ke dompet Anda.",
  ],
  providerRefused: [
    "The payment provider refused this top-up. Nothing was taken.",
    "Penyedia pembayaran menolak. Tidak ada uang yang diambil.",
  ],
  checkingPayment: [
    "Thank you. We are asking whether your payment has arrived.",
    "Terima kasih. Kami sedang memeriksa apakah pembayaran Anda sudah masuk.",
  ],
  notPaid: [
    "You came back before the payment was complete. Below is how it stands.",
    "Anda kembali sebelum pembayaran selesai. Statusnya ada di bawah.",
  ],

  // The history
  history: ["History", "Riwayat"],
  all: ["All", "Semua"],
  TOP_UP: ["Top-up", "Isi saldo"],
  TRANSFER_IN: ["Received", "Diterima"],
  TRANSFER_OUT: ["Sent", "Dikirim"],
  ADJUSTMENT: ["Adjustment", "Penyesuaian"],
  kind: ["Kind", "Jenis"],
  when: ["When", "Waktu"],
  what: ["What", "Keterangan"],
  balanceAfter: ["Balance after", "Saldo sesudahnya"],
  nothingYet: ["Nothing has moved yet.", "Belum ada transaksi."],
  more: ["Show more", "Tampilkan lagi"],
  download: ["Download (CSV)", "Unduh (CSV)"],

  // What is going on
  working: ["One moment …", "Sebentar …"],
  offline: ["You are offline.", "Anda sedang luring."],
  unreachable: ["The server does not answer.", "Server tidak menjawab."],
  goesOn: ["This page goes on by itself.", "Halaman ini akan lanjut secara otomatis."],
  other: ["That did not work: {0}", "Itu tidak berhasil: {0}"],
};

export let language = recall(place) ?? (navigator.language.startsWith("id") ? "id" : "en");

/** What to say, with `{0}`, `{1}` … filled in. */
export function text(key, ...values) {
  const said = words[key][tongues.indexOf(language)];
  return said.replace(/\{(\d)\}/g, (_, place) => values[place]);
}

export function speak(tongue) {
  language = tongue;
  remember(place, tongue);
  translate();
}

/** Fills what the page says by itself: each element names its words in `data-text`. */
export function translate() {
  document.documentElement.lang = language;
  for (const part of document.querySelectorAll("[data-text]")) {
    part.textContent = text(part.dataset.text);
  }
}

/** A moment, in the reader's own time. */
export const moment = (rfc3339) =>
  new Intl.DateTimeFormat(locales[language], { dateStyle: "medium", timeStyle: "short" })
    .format(new Date(rfc3339));

/** `1:05:09` or `4:59` or `12 s`. */
export function duration(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
