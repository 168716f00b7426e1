# 电子证照

# 错误
licences-unknown-type = 没有这种证照，请核对种类
licences-bad-values = 有几处要改，请看下面指出的地方
licences-no-issuer = 这个地方没有签发这种证照的单位，请核对区划
licences-no-seal = 签发单位还没有可以盖这种证照的电子印章，请先到“电子印章”里制章
licences-document = 证照文件没有做成，已经记下，请稍后再试或联系运维员
licences-already = 这个办件已经签发过这种证照，不用再发
licences-not-so = { $state ->
    [valid] 这张证照有效，不用这样办
    [suspended] 这张证照已经暂停使用，现在不能这样办
    [replaced] 这一版已经变更，请办新的那一版
   *[other] 这张证照已经终止，不能再办
 }
licences-not-this-type = 这种证照不办这个手续
licences-waiting = 这张证照有一项手续在等第二个人确认，先把它办完
licences-own-proposal = 自己提出的要由另一个人确认，请换人办理
licences-outdated = 提出以后这张证照又有变动，请先撤回，再重新提出
licences-too-many-versions = 这张证照已经变更到第 999 版，请注销后重新签发
licences-not-shown = 这张证照现在没有效力，不能出示
licences-unknown-field = 没有这一栏，请重新选择
licences-no-code = 没有这个二维码。请对方当面重新出示，再扫一次
licences-code-over = 这个二维码已经过期。请对方重新出示
licences-code-used = 这个二维码只能看一次，已经看过了。请对方重新出示
licences-code-taken = 持证人已经收回这个二维码。请对方重新出示
licences-too-many = 输错的次数太多，请 {$seconds} 秒后再试
licences-not-found = 没有找到：标识和校验码对不上，请照证照再核对一遍
licences-one-of-two = 请填证照标识和校验码，或者交证照文件，二者选一
licences-unreadable = 证照文件读不出来
licences-bad-holder = 证件号码不对，请按下面指出的地方改
licences-seal-not-so = 这枚印章现在不能这样办，请刷新后再看
licences-damaged = 系统里有一张证照读不出来，已经记下，请联系运维员
licences-value-missing = 请填写
licences-value-long = 太长了，最多 {$most} 个字
licences-value-date = 请填日期，例如 2026-03-05
licences-value-unknown = 没有这一项，请核对
licences-document-large = 文件太大，最大 360 KB
licences-document-base64 = 文件要用 base64 编码
licences-document-missing = 请选一个文件
licences-document-kind = 这不是 OFD 证照文件，请选扩展名是 .ofd 的文件

# 状态和手续
licences-state-valid = 有效
licences-state-suspended = 暂停使用
licences-state-withdrawn = 已撤回
licences-state-cancelled = 已注销
licences-state-lapsed = 已过期
licences-state-transferred = 已转出
licences-state-revoked = 已吊销
licences-state-replaced = 已变更
licences-verb-issue = 签发
licences-verb-change = 变更
licences-verb-suspend = 暂停使用
licences-verb-resume = 恢复使用
licences-verb-withdraw = 撤回
licences-verb-cancel = 注销
licences-verb-lapse = 到期
licences-verb-transfer = 转出
licences-verb-revoke = 吊销
licences-step-two = {$verb}（两人确认）
licences-until = 有效期至{$day}
licences-without-end = 长期有效
licences-since = {$at}起

# 我的证照
licences-nav-mine = 我的证照
licences-crumbs = 所在位置
licences-me = 我的账户
licences-mine-title = 我的证照
licences-mine-lead = 您本人和您代表的单位的证照都在这里。出示二维码就能代替纸质证照，谁看过也有记录。
licences-prove-first = 您的账户还没有核验身份。带身份证到窗口核验以后，名下的证照会显示在这里。
licences-none = 名下还没有电子证照。办件通过以后，签发的证照会直接放到这里。
licences-facts = 证照内容
licences-holder = 持证人
licences-holder-number = 证件号码
licences-issuer = 签发单位
licences-issued = 签发日期
licences-issued-at = {$at}签发
licences-validity = 有效期
licences-identifier = 证照标识
licences-identifier-hint = 照证照上的填，一长串数字和字母，中间有点。
licences-check = 校验码
licences-download = 下载 OFD（{$size}）
licences-pdf = 下载 PDF
licences-newer = 这一版已经变更，不再有效。
licences-newer-open = 看现在的一版
licences-versions = 历次版本
licences-version = 第 {$n} 版
licences-history = 办理记录
licences-looks = 谁看过
licences-looks-none = 还没有人看过。
licences-looks-offices = 机关办事时的查询
licences-way-showing = 有人扫了您出示的二维码
licences-way-identifier = 有人按标识和校验码核验
licences-way-document = 有人用证照文件核验
licences-way-office = 机关办事时使用
licences-look-for = {$what}：{$purpose}
licences-separator = 、
licences-optional = （选填）
licences-back = 返回

# 出示
licences-show = 出示
licences-show-title = 出示{$name}
licences-show-lead = 生成一个二维码，5 分钟内有效，只给对方看您选的内容。对方用手机扫码就能核验，不用安装软件。
licences-purpose = 用途
licences-purpose-hint = 写给谁看、做什么用，对方和您自己都看得到。
licences-show-fields = 给对方看哪些内容
licences-show-fields-hint = 证照名称、状态、持证人、签发单位和有效期总是显示。
licences-show-masked = 显示时打码
licences-show-once = 只能看一次
licences-show-once-note = 对方打开以后，别人再扫就看不到了。
licences-show-make = 生成二维码
licences-show-again = 重新选择
licences-qr = 出示用的二维码
licences-qr-lead = 请对方扫这个二维码，{$at}前有效。
licences-qr-shows = 给对方看
licences-qr-state-only = 只看名称、状态、持证人、签发单位和有效期
licences-qr-link = 对方不方便扫码
licences-take-back = 收回
licences-taken-back = 已经收回，这个二维码不再显示任何内容。
licences-showings = 出示过的二维码
licences-showing-until = {$at}前有效
licences-showing-over = 已失效
licences-seen-title = 核验证照
licences-seen-lead = 以下内容来自福建省电子证照库，是此刻的状态。请核对网址，再看内容。
licences-seen-note = 出示用途：{$purpose}。此页{$at}前有效，持证人会看到有人查看过。
licences-seen-once = 这个二维码只能看一次。请在准备好以后再打开。
licences-seen-open = 现在打开

# 核验
licences-verify-title = 核验证照真伪
licences-verify-lead = 任何人都能核验，不用登录。
licences-verify-number = 按标识和校验码
licences-verify = 核验
licences-verify-file = 按证照文件
licences-verify-file-lead = 交一份 OFD 证照文件，逐项检查签名和印章，并查此刻的状态。文件只用来核验，一天内删除。
licences-verify-document = 证照文件（.ofd）
licences-verify-document-do = 检查文件
licences-verify-answer = 核验结果
licences-verify-steps = 签名和印章逐项检查
licences-verified-good = 证照真实，现在有效。
licences-verified-over = 证照真实，但现在没有效力。请看下面的状态。
licences-verified-foreign = 本库没有这份文件的记录。签名和印章的检查结果在下面，是否有效请向签发单位查询。
licences-verified-broken = 这份文件不能相信：签名或印章有一项没有通过，内容可能被改过。
licences-step-holds = 通过
licences-step-fails = 没有通过
licences-step-none = 不适用

# 办理
licences-nav-desk = 证照办理
licences-desk-title = 证照办理
licences-desk-lead = 签发、查找和变更本辖区的证照。
licences-desk-find = 按标识查找
licences-find = 查找
licences-desk-issue = 签发
licences-desk-list = 最近签发
licences-desk-none = 这里还没有证照。
licences-next-page = 下一页
licences-handle = 办理
licences-change = 变更内容
licences-reason = 理由
licences-reason-hint = 持证人看得到，写明事实和依据。
licences-waiting-title = 等第二个人确认
licences-waiting-for = {$verb}，{$at}提出
licences-waiting-own = 这是您提出的，要由另一个人确认。
licences-agree = 确认
licences-decline = 不同意
licences-uscc = 统一社会信用代码
licences-citizen = 居民身份证号码
licences-division = 签发地区划代码
licences-division-hint = 6 位，例如 350102。由最近的签发单位盖章。
licences-division-wrong = 区划代码不对，例如鼓楼区是 350102
licences-issue-title = 签发{$name}
licences-issue-lead = 签发后马上编号、盖章，放到持证人名下。
licences-issue-do = 签发并盖章
licences-issued-done = 已经签发并盖章。
licences-change-title = 变更{$name}
licences-change-lead = 变更后签发新的一版，原来的一版同时失效。
licences-change-do = 变更并盖章
licences-changed-done = 已经变更，新的一版已经盖章。
licences-holder-new = 持证人新名称
licences-holder-new-hint = 没有改名就不填。
licences-value-stays = 不改就不填。
licences-proposed-done = 已经提出，等另一个人确认。
licences-moved-done = { $state ->
    [valid] 已经办好，这张证照有效。
    [suspended] 已经暂停使用，各处马上查到。
   *[other] 已经办好，各处马上查到。
 }

# 印章
licences-nav-seals = 电子印章
licences-seals-title = 电子印章
licences-seals-lead = 每个签发单位一枚。一个人提出，另一个人确认后制成；只能盖授权的证照种类。私钥加密保存。
licences-seals-list = 印章
licences-seals-none = 还没有印章。
licences-seal-proposed = 已经提出，等另一个人确认。
licences-seal-good = 可以使用
licences-seal-ended = 已经停用
licences-seal-made = 已经制成，马上能用。原来的印章同时停用。
licences-seal-serial = 印章编码
licences-seal-types = 可以盖的证照
licences-seal-until = 使用期限至
licences-seal-ended-at = 停用日期
licences-seal-approve = 确认制章
licences-seal-drop = 撤回
licences-seal-end = 停用
licences-seal-own = 这是您提出的，要由另一个人确认。
licences-seal-new = 给{$name}制章
licences-seal-propose = 提出制章
licences-root = 根证书
licences-root-lead = 本平台自己的签发机构。其他软件离线核验时要用它。

# 个人数据
licences-held = 名下的电子证照
licences-held-purpose = 让您出示证照、办事时不用交纸质件，让别人能核验真伪
licences-held-basis = 签发机关依法履行职责（个人信息保护法第十三条第一款第三项）
licences-held-period = 有效期间和失效后按每种证照规定的年限；查看记录保存三年。注销账户时证照登记依法保留，不再和账户相连
licences-leave-kept = {$n} 张证照的登记依法保留，由签发机关封存
licences-record = 电子证照
licences-record-starts = 证照失效的那一天

# 逐项检查
licences-check-package = 是一份有签名的 OFD 文件
licences-check-references = 受保护的文件没有改动
licences-check-coverage = 显示的内容都在签名保护之内
licences-check-data-hash = 签名值对应这份清单
licences-check-signature = 签名由签名证书的密钥作出
licences-check-signer = 印章允许这个签名人
licences-check-seal = 印章和制章时一样
licences-check-chain = 证书由信任的机构签发，签名时有效
licences-check-timestamp = 时间戳
licences-check-standing = 盖章时印章可以使用

## 核验时发现的问题
licences-finding-missing-file = 签名保护的文件 {$what} 不在了
licences-finding-changed-file = {$what} 在签名之后被改过
licences-finding-digest-method = 摘要用的是 {$what}，不是 SM3
licences-finding-nothing-protected = 签名没有保护任何文件
licences-finding-unprotected = 这些文件不受签名保护：{$what}
licences-finding-unreadable = 签名值读不出来（{$what}）
licences-finding-other-list = 签名值对应的是另一份文件清单
licences-finding-wrong-signature = 签名和所附的证书对不上
licences-finding-certificate = 证书不能用（{$what}）
licences-finding-signer-not-listed = 印章没有授权 {$what} 使用
licences-finding-seal-changed = 印章和制作时不一样
licences-finding-seal-differs = 显示的印章和签名用的印章不是同一枚
licences-finding-chain-unknown = 签发机构 {$what} 不在信任名单里
licences-finding-chain-validity = 签名时 {$what} 的证书不在有效期内
licences-finding-chain-revoked = 签名之前 {$what} 的证书已被吊销
licences-finding-chain-usage = {$what} 的证书不是用来签名的
licences-finding-no-time = 签名没有写明时间
licences-finding-no-timestamp = 没有时间戳，时间由签名人自己填写
licences-finding-timestamp-not-judged = 带有时间戳，本系统不判断它的真伪
licences-finding-seal-time = 签名时印章不在有效期内
licences-finding-future = 文件写明的签名时间还没有到
licences-finding-seal-withdrawn = 签名之前印章已经停用
licences-finding-seal-not-asked = 没有向制章机构查询印章是否停用
licences-finding-earlier = 前一步没有通过，这一步没有检查
