# 身份：人员、机构、岗位、代办授权、账户和会话

# 错误
identity-wrong-password = 手机号和密码对不上，请核对。再错 {$left} 次就要等一会儿
identity-wrong-password-wait = 手机号和密码对不上。{ $unit ->
    [seconds] {$count} 秒
   *[minutes] {$count} 分钟
 }后才能再试，提前试不算
identity-wait = 密码错了太多次。{ $unit ->
    [seconds] {$count} 秒
   *[minutes] {$count} 分钟
 }后才能再试，现在输入正确的密码也不行
identity-already-proved = 这个账户已经核验过了
identity-already-ended = 已经结束了，不用再操作
identity-changed-meanwhile = 您打开这一页之后，别人改过这条记录。请看现在的内容，再决定怎么改
identity-platform-role = 平台的角色只能由平台运维员授予或收回
identity-password-hash = 系统没能处理密码，请稍后再试
identity-unreadable = 系统里有一条记录读不出来，已经记下，请联系运维员
identity-busy = 登录的人太多，请过几秒再试

# 填写的内容
identity-name-missing = 请填写姓名
identity-name-too-long = 姓名最多 {$max} 个字，请核对
identity-name-characters = 姓名里只能有文字、空格和间隔号（·），请按身份证填写
identity-text-missing = 请填写这一项
identity-text-too-long = 最多 {$max} 个字，请删减
identity-text-characters = 含有看不见的控制字符，请删去后重新输入
identity-password-short = 密码至少 {$min} 个字符，现在是 {$found} 个。可以用几个词连成一句
identity-password-long = 密码最多 {$max} 个字符
identity-password-phone = 密码里不要有手机号，别人容易猜到
identity-password-number = 密码里不要有身份证号，别人容易猜到
identity-password-common = 这个密码太常见，别人容易猜到，请换一个
identity-phone-taken = 这个手机号已经有账户。请直接登录；如果不是您开的，请到窗口办理
identity-phone-unknown = 没有用这个手机号开的账户，请核对，或请对方先开账户
identity-phone-or-number = 手机号和身份证号填一个，不要都填
identity-account-unknown = 没有这个账户
identity-account-unproved = 这个账户还没有核验身份，请先到窗口核验
identity-one-of-both = 账户和手机号只填一个
identity-number-differs = 与对方填写的号码不同，请再对一遍证件。仍不同，请对方登录后在“我的账户”里改正
identity-name-seen-differs = 与对方填写的姓名不同，请再对一遍证件。仍不同，请对方登录后在“我的账户”里改正
identity-name-differs = 这个号码以前核验时用的是另一个姓名，请按证件填写姓名
identity-evidence-unknown = 请选择看到的证件
identity-division-missing = 请选择所在区划
identity-division-unknown = 没有这个区划，请重新选择
identity-uscc-missing = 请填写统一社会信用代码，营业执照上有
identity-uscc-taken = 这个代码的机构已经登记过了，请查找后修改
identity-parent-unfit = 上级机构不存在，或它正是这个机构的下属
identity-company-differs = 这个代码登记的名称是“{$name}”，请核对代码和名称
identity-role-unknown = 没有名为“{$role}”的角色
identity-roles-many = 一个岗位最多授予 {$max} 个角色
identity-post-unknown = 没有这个岗位
identity-post-twice = 同一个岗位写了两次
identity-appointed-already = 他已经在这个岗位上
identity-substitute-term = 代理须有最后一天
identity-date-unreadable = 没有这一天，或写法不对。请写成 2026-03-05 的样子
identity-term-past = 最后一天已经过去，请核对
identity-term-reversed = 最后一天早于第一天，请核对

# 各页共用
identity-crumbs = 所在位置
identity-back = 返回
identity-save = 保存
identity-saved = 已保存
identity-find = 查找
identity-first-page = 第一页
identity-next-page = 下一页
identity-term = {$from} 至 {$until}
identity-term-open = {$from}起，没有截止日期
identity-proved = 已核验
identity-unproved = 未核验
identity-substitute = 代理
identity-field-name = 姓名
identity-field-number = 身份证号
identity-field-phone = 手机号
identity-field-password = 密码
identity-field-old-password = 现在的密码
identity-field-new-password = 新密码
identity-field-evidence = 看到的证件
identity-uscc = 统一社会信用代码
identity-division = 所在区划
identity-from = 第一天
identity-from-hint = 不填就是从现在起。
identity-until = 最后一天
identity-until-hint = 不填就是没有截止日期。
identity-created = 开户时间
identity-proved-at = 核验时间
identity-roles = 角色：

# 登录、开账户
identity-sign-in-title = 登录
identity-sign-in-lead = 办到一半的申请会保留，登录后接着办。
identity-sign-in = 登录
identity-no-account = 还没有账户
identity-no-account-lead = 用手机号开一个，两分钟。身份要到窗口核验一次，核验以后才能看到和办理自己名下的事。
identity-register = 开账户
identity-register-title = 开账户
identity-register-lead = 姓名和身份证号加密保存。开户后带证件到窗口核验一次，就能办自己名下的事。
identity-have-account = 已有账户，去登录
identity-number-hint = 18 位，最后一位可能是 X。
identity-phone-hint = 以后用它登录。一个手机号只能开一个账户。
identity-password-hint = 至少 {$min} 个字符，长一点比复杂更重要，可以是一句话。
identity-registered = 账户开好了
identity-signed-out = 已退出

# 我的账户
identity-me-title = 我的账户
identity-me-data = 我的资料
identity-unproved-title = 身份还没有核验
identity-unproved-lead = 请带身份证到窗口，工作人员核对后，您就能看到和办理自己名下的事。核验之前，您可以先填申请、存草稿。
identity-counters-lead = 可以核验的窗口：
identity-counters-none = 目前还没有开通核验的窗口，请留意通知。
identity-change-password = 修改密码
identity-change-password-lead = 改好以后，其他设备上的登录会退出。
identity-password-changed = 密码已修改，其他设备上的登录已退出
identity-change-claim = 改正姓名和身份证号
identity-change-claim-lead = 核验之前可以改。核验时要与证件一致。
identity-claim-changed = 已改正
identity-mandates-title = 我可以代办的企业
identity-mandates-empty = 还没有。带营业执照和授权书到窗口登记以后，您就可以替企业办事。
identity-posts-title = 我的岗位
identity-mine-unproved = 到窗口核验身份
identity-mine-unproved-state = 带身份证去一次，就能办自己名下的事

# 窗口
identity-nav-counter = 核验身份
identity-counter-title = 核验身份、登记代办
identity-counter-lead = 对照来人的证件核验账户，登记谁可以替企业办事。
identity-find-title = 查找账户
identity-found = 找到 {$count} 个账户
identity-found-none = 没有找到。请对方先开账户，填的手机号或身份证号要一致。
identity-prove-title = 核验身份
identity-prove = 证件一致，核验通过
identity-number-seen = 证件上的号码
identity-name-seen = 证件上的姓名
identity-proved-done = 核验通过
identity-evidence-identity-card = 居民身份证
identity-evidence-temporary-identity-card = 临时居民身份证
identity-evidence-household-register = 户口簿
identity-evidence-passport = 护照
identity-mandates-held = 可以代办的企业
identity-mandate-title = 登记代办
identity-mandate-lead = 记下谁可以替企业办事。代办人的账户须已核验。
identity-mandate-phone = 代办人的手机号
identity-mandate-phone-hint = 代办人开账户用的手机号。
identity-company = 企业名称
identity-company-hint = 企业第一次登记时要填，按营业执照写。
identity-company-division = 企业所在区划
identity-company-division-hint = 企业第一次登记时要选。
identity-mandate-evidence = 看到的材料
identity-mandate-evidence-hint = 例如：营业执照正本、法定代表人签字的授权书。加密保存。
identity-record-mandate = 登记代办
identity-mandate-recorded = 代办已登记
identity-end-mandate = 结束代办
identity-mandate-ended = 代办已结束

# 机构
identity-nav-organisations = 机构和岗位
identity-organisations-title = 机构
identity-organisations-lead = 您管理范围内的机构，按区划排列。
identity-organisations-search = 机构名称或统一社会信用代码
identity-organisations-empty = 还没有机构。在下面添加第一个。
identity-organisations-none = 没有符合的机构。请换个词，或在下面添加。
identity-organisation-name = 机构名称
identity-organisation-kind = 类型
identity-kind-department = 政府部门
identity-kind-company = 企业
identity-kind-community = 社区和社会组织
identity-add-organisation = 添加机构
identity-organisation-added = 机构已添加
identity-change-organisation = 修改机构
identity-part-of = 隶属：{$name}
identity-parts = 下属机构
identity-add-part = 添加下属机构
identity-uscc-hint = 企业必填。

# 岗位
identity-posts = 岗位
identity-posts-empty = 还没有岗位。在下面添加，再给岗位任命人员。
identity-holders = { $count ->
    [0] 没有人在岗
   *[other] {$count} 人在岗
 }
identity-add-post = 添加岗位
identity-post-added = 岗位已添加
identity-change-post = 修改岗位
identity-post-name-zh = 岗位名称（中文）
identity-post-name-en = 岗位名称（英文）
identity-post-division = 岗位管辖的区划
identity-post-division-hint = 不选就是机构所在的区划。
identity-roles-of = 角色：{$name}
identity-roles-platform = 角色：平台
identity-holders-now = 在岗人员
identity-holders-past = 曾任人员
identity-holders-empty = 没有人在岗。用下面的表任命。
identity-holder-later = 还没到任
identity-dismiss = 免去
identity-dismissed = 已免去
identity-appoint-title = 任命
identity-appoint-phone-hint = 对方开账户用的手机号，账户须已核验。
identity-appoint = 任命
identity-appointed = 已任命
identity-substitute-choice = 代理
identity-substitute-note = 原任职人员不在时代替，须有最后一天

# 登录的设备
identity-devices-title = 登录的设备
identity-devices-lead = 这些地方现在登录着您的账户。登录两小时不用就结束，最长十二小时。
identity-device-unknown = 没有说明的浏览器或程序
identity-session-current = 现在用的
identity-session-used = {$begun} 登录，最近使用 {$seen}
identity-session-end = 退出这一处
identity-session-ended = 那一处已退出
identity-sessions-end-others = 退出其他所有设备
identity-sessions-ended = { $count ->
    [0] 没有其他登录
   *[other] 已退出其他 {$count} 处
 }
identity-devices-doubt = 有您不认识的，先退出其他所有设备，再修改密码。
# 第三方应用
identity-nav-applications = 应用接入
identity-quota = 应用的调用次数已用完。请等到 Retry-After 所说的时间再试，或向运维员申请更高的额度。
identity-oauth-invalid-request = 应用发来的请求不完整，或返回地址没有登记。请回到应用重新开始；如果仍然不行，请告诉应用的开发方。
identity-oauth-invalid-client = 应用不存在、未批准，或密钥不对。
identity-oauth-invalid-grant = 授权码或刷新令牌已失效，或不是发给这个应用、这个地址的。
identity-oauth-unauthorized-client = 没有密钥的应用不能以自己的名义调用。
identity-oauth-unsupported-grant-type = 授权方式只有 authorization_code、refresh_token 和 client_credentials。
identity-oauth-invalid-scope = 权限范围不存在，或超出了已授权的范围。
identity-oauth-invalid-token = 访问令牌已失效。
identity-oauth-no-address = 本系统还没有设置对外地址，不能为应用登录。请运维员设置 MINSHU_PUBLIC_URL。
identity-redirect-wrong = 返回地址应以 https:// 开头（仅 127.0.0.1 和 localhost 可用 http://），不能有 # 部分、用户名或 *
identity-redirects-many = 返回地址最多十个
identity-redirects-missing = 要登录用户，需填写返回地址
identity-scope-unknown = 没有这个权限范围
identity-scopes-missing = 请至少选一项
identity-application-state-wrong = 应用只能批准或停用
identity-quota-wrong = 每分钟 1 至 100000 次，每天 16 至 100000000 次
identity-application-no-secret = 这个应用没有密钥
identity-scope-openid = 知道是同一个人（只给这个应用用的编号）
identity-scope-profile = 看到姓名，以及是否已在窗口核验
identity-scope-offline = 不在线时继续使用
identity-consent-title = 授权应用
identity-consent-question = 允许“{$name}”代为办事吗？
identity-consent-whose = 这个应用属于{$organisation}。
identity-consent-may = 它可以做什么
identity-consent-lasts = 每次使用后 30 天内有效，不在线时也可使用。可以随时在“我的账户—授权的应用”里收回。
identity-consent-short = 每次打开应用后 10 分钟内有效。可以随时在“我的账户—授权的应用”里收回。
identity-consent-to = 之后会回到 {$to}。
identity-consent-allow = 允许
identity-consent-refuse = 不允许
identity-continue-title = 已登录
identity-continue = 继续
identity-my-applications-title = 授权的应用
identity-my-applications-lead = 允许过什么，最近什么时候用过。
identity-my-applications-empty = 没有授权任何应用。
identity-consent-dates = {$given}授权，最近使用 {$used}
identity-consent-end = 收回
identity-consent-ended = 已收回，应用不能再代为办事
identity-applications-title = 应用接入
identity-applications-lead = 各机构的程序：通过本平台登录用户，或代用户办事。
identity-applications-empty = 还没有应用。
identity-application-keys = 密钥
identity-application-keys-lead = 请现在保存，密钥不再显示。之前的密钥还可用一天。
identity-application-asked = 待批准
identity-application-active = 使用中
identity-application-suspended = 已停用
identity-application-used = 今天 {$used} 次，上限 {$day} 次
identity-application-minute = 每分钟次数
identity-application-day = 每天次数
identity-application-approve = 批准
identity-application-suspend = 停用
identity-application-rotate = 换新密钥
identity-application-decided = 已保存
identity-application-add = 登记应用
identity-application-owner = 负责的机构
identity-application-name-zh = 中文名称
identity-application-name-en = 英文名称
identity-application-redirects = 返回地址
identity-application-redirects-hint = 完整地址，多个用空格隔开；使用时须逐字相同。
identity-application-scopes = 可以申请的权限
identity-application-confidential = 运行在服务器上，能保管密钥
identity-application-confidential-note = 手机或浏览器里的应用不要勾选。
identity-application-no-owner = 登记应用，需先有代该机构办事的授权。

# 猜密码和验证码
identity-code-first = 有人在别处多次试过这个手机号的密码。为防猜测，没登录过的浏览器要连同短信验证码一起登录；以前登录过的浏览器不受影响
identity-wait-code = 密码错了太多次。{ $unit ->
    [seconds] {$count} 秒
   *[minutes] {$count} 分钟
 }后可以再试；不想等，可以用短信验证码连同密码登录
identity-wrong-code = 手机号、密码和验证码对不上，请核对，并用最近收到的验证码。再错 {$left} 次就要等一会儿
identity-wrong-code-wait = 手机号、密码和验证码对不上。{ $unit ->
    [seconds] {$count} 秒
   *[minutes] {$count} 分钟
 }后才能再试
identity-codes-spent = 验证码发得太多了。刚收到的还能用；{ $unit ->
    [seconds] {$count} 秒
   *[minutes] {$count} 分钟
 }后可以再发
identity-no-codes = 这里没有开通短信，发不了验证码。请用以前登录过的浏览器
identity-field-code = 短信验证码
identity-code-hint = 六位数字，发到账户的手机上，10 分钟内有效
identity-code-sent = 如果这个手机号有账户，验证码已经发出。请连同密码一起填写，10 分钟内有效。
identity-send-code = 发送验证码
identity-code-sign-in = 闽枢登录验证码 {$code}，10 分钟内有效。工作人员不会问您要验证码，请不要告诉任何人。
identity-guessed-at = 有人在别处多次输错您闽枢账户的密码，都没有成功。您用过的浏览器照常登录；换新的浏览器，要用短信验证码。不用做别的。

# Break-glass
identity-nav-emergency = 应急查阅
identity-nav-reviews = 应急复核
identity-nav-reviews-waiting = {$n} 次待复核
identity-emergency-title = 应急查阅
identity-emergency-lead = 情况紧急时，打开辖区以外的单个办件，只能看，不能办。
identity-emergency-own = 我的应急查阅
identity-emergency-open-title = 新的应急查阅
identity-emergency-warning = 提交后，当地的监督人员和审计员马上会知道。看过的每一处都记入审计，事后由他人复核是否必要。
identity-emergency-kind = 种类
identity-emergency-number = 编号
identity-emergency-number-hint = 申请人回执上的办件编号
identity-emergency-reason = 原因
identity-emergency-words = 具体情况
identity-words-hint = 10 至 500 个字
identity-emergency-minutes = 时长
identity-emergency-for = {$minutes} 分钟
identity-emergency-password-hint = 再输一次，确认是您本人。
identity-emergency-submit = 打开并接受复核
identity-emergency-opened = 已打开。到时间自动关闭，也可以提前结束。
identity-emergency-close = 结束
identity-emergency-closed = 已结束
identity-emergency-kind-unknown = 没有这种可以应急查阅的对象
identity-emergency-number-unknown = 没有这个编号，或者不在您可以应急查阅的系统里
identity-emergency-sms = 【闽枢】{$who}正在应急查阅{$place}的办件 {$what}。请登录平台，在“应急复核”里查看并复核。
identity-words-short = 请至少写 {$least} 个字
identity-words-long = 最多写 {$most} 个字
identity-words-signs = 含有不能保存的字符
identity-minutes-range = 请选 {$least} 至 {$most} 分钟
identity-opening-danger = 危及生命健康或财产安全
identity-opening-office-down = 经办处联系不上或停摆
identity-opening-complaint = 投诉或查询，不能等
identity-opening-fault = 排查系统故障
identity-opening-other = 其他
identity-opening-times = {$from}至{$until}
identity-opening-open = 正在查阅
identity-opening-justified = 有必要
identity-opening-unjustified = 没有必要
identity-opening-verdict = 复核意见：
identity-opening-due = 请在{$due}前复核
identity-opening-overdue = 复核超期
identity-opening-id = 审计记录里的编号
identity-reviews-title = 应急复核
identity-reviews-lead = 他人应急查阅过您辖区的办件。请逐一判断是否必要。
identity-reviews-waiting = 待复核 {$n} 次
identity-reviews-overdue = 超期 {$n} 次
identity-reviews-show-judged = 看已复核的
identity-reviews-show-waiting = 看待复核的
identity-reviews-none = 没有待复核的应急查阅。
identity-reviews-none-judged = 还没有复核过。
identity-reviews-more = 后面的
identity-review-words = 复核意见
identity-review-justified = 有必要
identity-review-unjustified = 没有必要
identity-review-own = 这是您自己的查阅，由他人复核。
identity-review-task = 复核应急查阅：{$number}
identity-reviewed-done = 已复核
identity-nothing-to-open = 这件您本来就能看，不用应急查阅。
identity-open-already = 这件已经打开了。
identity-too-many-openings = 最多同时打开三件。请先结束不用的。
identity-own-opening = 自己的应急查阅不能自己复核，请由他人复核。
identity-reviewed = 已经有人复核过了。
identity-review-failed = 没有保存

# Terms and substitutes
identity-own-posts-title = 我的岗位和代理
identity-own-posts-link = 任期和代理人
identity-own-posts-lead = 休假或出差时，指定一位同事代理您的岗位。代理人能办您岗位上的事，办件和审计里会写明“代您”。
identity-own-posts-empty = 您没有担任岗位。
identity-own-substitute-for = 代{$name}
identity-own-substitutes = 代理人
identity-own-substitutes-none = 没有代理人。
identity-own-name = 指定代理人
identity-own-named = 已指定，到期自动结束
identity-own-end = 结束代理
identity-own-ended = 代理已结束，没办完的事仍在岗位上
identity-own-no-chain = 您是代理，不能再指定代理人。
identity-term-left = {$days ->
    [0] 今天到期
   *[other] 还有 {$days} 天到期
}
identity-term-task = 任期将满：{$post}
identity-term-task-about = 到期后权限立即停止；需要续任请联系管理员。
identity-term-sms = 【闽枢】您的岗位“{$post}”任期到{$until}为止，之后权限立即停止。需要续任请联系本机构管理员。
identity-substitute-self = 不能由本人代理自己的岗位
identity-substitute-long = 代理最长 180 天
identity-no-holder = 只有担任这个岗位的人可以指定代理人；代理人不能再找人代理。
identity-own-until-hint = 最长 180 天，期满自动结束。
identity-data-title = 平台存的资料
identity-data-lead = 平台存着您的哪些资料、为什么存、存多久，谁看过。可以全部带走，法律没有要求留存的也可以删除。
identity-data-purpose = 用来做什么
identity-data-basis = 依据
identity-data-period = 存多久
identity-data-none = 现在没有。
identity-data-more = 这里列最近的 5 条，全部在下载的文件里。
identity-held-note = { $day } · { $files } 个文件
identity-held-account = 账户和身份
identity-held-account-purpose = 登录，确认是本人在办事。
identity-held-account-basis = 《中华人民共和国个人信息保护法》第十三条第一款第三项（履行法定职责所必需）
identity-held-account-period = 账户在就一直存。删除时立即销毁密钥，从此谁也读不出来。
identity-held-sign-in = 登录方式和记住的浏览器
identity-held-sign-in-purpose = 确认登录的是本人，让您看到账户在哪里登录过。
identity-held-sign-in-period = 外部账号到您解除为止，登录到退出为止，记住的浏览器到改密码为止。删除时全部清除。
identity-held-outside = { $name }的账号
identity-held-session = 登录：{ $name }
identity-held-unnamed = 没有说明的设备
identity-held-browser = 记住的浏览器
identity-held-consents = 您授权的应用
identity-held-consents-purpose = 让您选定的应用替您办事。
identity-held-consents-basis = 《中华人民共和国个人信息保护法》第十三条第一款第一项（取得个人的同意）
identity-held-consents-period = 到您撤回授权为止。删除时全部撤回，应用手里的凭据立即失效。
identity-held-mandates = 代办登记
identity-held-mandates-purpose = 确认您可以代表单位办事。
identity-held-mandates-basis = 《中华人民共和国行政许可法》第二十九条（申请人可以委托代理人提出申请）
identity-held-mandates-period = 登记有效期间。删除时一并结束，窗口写的说明随密钥销毁。
identity-readings-title = 谁看过、办过
identity-readings-empty = 除了您自己，还没有人看过或办过。工作人员和您授权的应用用到您的资料，都会记在这里。
identity-reading-office = 经办人员
identity-reading-application = 您授权的应用
identity-reading-handled = { $by }办理
identity-reading-read = { $by }查看：{ $purpose }
identity-correct-title = 更正
identity-correct-lead = 哪里写错了，可以要求更正。十五个工作日内答复，并说明理由。
identity-correct-button = 要求更正
identity-export-title = 全部带走
identity-export-lead = 下载一个压缩包：data.json 里是全部资料，files 里是您交过的文件。里面有完整的证件号码，请存放好。
identity-export-button = 下载我的资料
identity-export-name = 我的资料-{ $day }.zip
identity-erase-title = 删除我的资料
identity-erase-lead = 删除后不能恢复：账户不能再登录，草稿、消息和撤回的申请谁也读不出来，旧备份里的也一样。
identity-erase-kept = 依法要留存的不删除：
identity-erase-hindered = 现在还不能删除
identity-erase-button = 永久删除
identity-erased = 您的资料已经删除。
identity-hindered = 还有事情没有办完，现在不能删除。
identity-leave-post = 您现在担任岗位。请先由机构管理员免去岗位。
# 用别处的账号登录
identity-outside-others = 用别处的账号登录
identity-outside-by = 用{$name}登录
identity-outside-title = 别处的账号
identity-outside-lead = 连上以后，可以用别处的账号登录这里。手机号和密码照样能用；连上不等于核验了身份。
identity-outside-none = 这里没有开通用别处的账号登录。
identity-outside-not-linked = 没有连
identity-outside-since = {$at} 连上，还没用过
identity-outside-used = 上次 {$at} 用它登录
identity-outside-link = 连上
identity-outside-unlink = 断开
identity-outside-linked = 已经连上{$name}，以后可以用它登录
identity-outside-unlinked = 已经断开
identity-outside-unknown = {$name}的这个账号还没有连到这里的账户。没有账户，就在下面开一个，姓名和手机号请核对；开好以后到“我的账户”里连上。
identity-outside-have-account = 已经有账户：先用手机号和密码登录，再连上
identity-outside-down = 现在连不上{$name}，请用手机号和密码登录，或者过一会儿再试
identity-outside-refused = {$name}发来的登录结果对不上，为了安全没有接受。请重新登录；总是这样，请用手机号和密码登录，并告诉我们
identity-outside-declined = 没有在{$name}登录成。要登录请再试一次，或者用手机号和密码
identity-outside-over = 这次登录已经过时，或者不是在这个浏览器里开始的，请重新登录
identity-outside-taken = 那边的账号已经连着另一个账户，或者这个账户已经连着那边的另一个账号。请先断开
identity-outside-left-title = 已经退出
identity-outside-left = 这里已经退出。您在{$name}还登录着：用公用电脑的，请也从那边退出。
identity-outside-leave = 也从{$name}退出
identity-outside-stay = 不用，回首页
# 两步登录
identity-wrong-factor = 验证码不对，或者已经用过。请用身份验证器现在显示的六位数字；再错 {$left} 次就要等一会儿
identity-wrong-factor-wait = 验证码不对，或者已经用过。{ $unit ->
    [seconds] {$count} 秒
   *[minutes] {$count} 分钟
 }后才能再试
identity-step-over = 这次登录等得太久，已经作废。请重新输入手机号和密码
identity-prove-again = 改登录方式以前，要再输一次密码，证明是本人
identity-factor-there = 已经设置了身份验证器。要换一个，请先移除原来的
identity-factor-missing = 还没有设置身份验证器，或者设置到一半已经作废，请重新开始
identity-totp-differs = 和身份验证器现在显示的不一样。请看手机的时间准不准，再输入新的六位数字
identity-security-title = 登录保护
identity-security-lead = 除了密码，再加一步，别人知道了密码也登录不了。
identity-totp-title = 身份验证器
identity-totp-on = 已启用
identity-totp-off = 未启用
identity-totp-since = {$at}启用。登录时，输入密码以后还要输入身份验证器显示的六位数字。
identity-totp-lead = 在手机上装一个身份验证器应用（任何支持 TOTP 的都可以），登录时除了密码，再输入它显示的六位数字。没有网络也能用。
identity-totp-begin = 设置身份验证器
identity-totp-remove = 移除身份验证器
identity-totp-remove-lead = 移除以后，登录只要密码。备用码也一起作废。
identity-totp-removed = 身份验证器已移除
identity-totp-set-up = 设置身份验证器
identity-totp-set-up-lead = 两步：先让身份验证器扫码，再把它显示的数字填在下面。
identity-totp-scan = 用身份验证器扫码
identity-totp-qr = 给身份验证器扫的二维码，内容与下面的密钥相同
identity-totp-type = 不能扫码，就在身份验证器里手工输入这个密钥：
identity-totp-confirm = 启用
identity-totp-hint = 身份验证器现在显示的数字，30 秒换一次
identity-field-totp = 六位数字
identity-second-title = 再证明一步
identity-second-lead = 第一步已通过。请输入身份验证器显示的六位数字。
identity-second-hint = 身份验证器显示的六位数字；手机不在身边，可以用一个备用码
identity-second-begin-again = 重新登录
identity-second-lost = 手机不在身边？用一个备用码，它和六位数字一样填在上面。
identity-passkeys-title = 通行密钥
identity-passkeys-lead = 用手机、电脑的指纹、面容或锁屏密码登录，也可以用安全密钥。不用记密码，假冒的网站也骗不走。
identity-passkeys-most = 最多添加 10 个。要加新的，请先移除一个不用的。
identity-passkey-add = 添加通行密钥
identity-passkey-add-lead = 这台设备或手机会请您确认是本人，然后在它里面生成一把密钥。以后在登录页点“用通行密钥登录”就行。
identity-passkey-name = 给它起个名字
identity-passkey-name-hint = 方便以后分辨，比如“我的手机”；最多 40 个字
identity-passkey-make = 生成通行密钥
identity-passkey-script = 通行密钥要用到浏览器的脚本（JavaScript），这里没有开启。其他登录方式都照常能用。
identity-passkey-address = 现在的网址用不了通行密钥：网址要有名字（不能是数字地址），并且是 https。请换用网站的正式网址；在本机上试用，请打开 http://localhost。
identity-passkey-sign-in = 用通行密钥登录
identity-passkey-use = 用通行密钥确认
identity-passkey-added = {$at}添加
identity-passkey-used = 上次使用：{$at}
identity-passkey-note = {$added}，{$used}
identity-passkey-unused = 还没用过
identity-passkey-synced = 多台设备同步
identity-passkey-single = 只在一台设备上
identity-passkey-remove = 移除
identity-passkey-added-done = 通行密钥已添加，下次可以用它登录
identity-passkey-removed = 通行密钥已移除。设备里那一把也请删掉，免得以后选错
identity-passkey-over = 这一页开得太久，或者已经用过了。页面已经更新，请再试一次
identity-passkey-wrong = 这把通行密钥没有通过核对。请确认是在本网站、为这个账户添加的那一把，再试一次；也可以用手机号和密码
identity-passkey-copied = 这把通行密钥的使用次数倒退了，可能有人复制了它，所以没有让它登录。请用手机号和密码登录，在“登录保护”里移除它，再添加一把新的
identity-passkey-there = 这把通行密钥已经添加过了。请换一台设备，或者先在设备里删掉旧的那一把
identity-told-passkey-added = 您的闽枢账户添加了一把通行密钥，可以用它登录。不是您本人，请马上登录移除它，并改密码。
identity-told-passkey-removed = 您的闽枢账户移除了一把通行密钥。不是您本人，请尽快改密码。
identity-told-passkey-copied = 您的闽枢账户有一把通行密钥可能被人复制，已经拒绝它登录。请用密码登录，移除它，再添加新的。

identity-nav-end-sessions = 强制退出
identity-end-sessions-title = 强制退出登录
identity-end-sessions-lead = 手机被偷、电脑没关、人已离岗时，让一个账户在各处的登录全部退出，马上生效。
identity-end-sessions = 全部退出
identity-end-sessions-note = 记住的浏览器也一并忘掉。账户还在，本人可以重新登录；系统会短信告诉本人。要收回权限，请免去岗位。
identity-end-sessions-done = 这个账户在各处的登录都已退出
identity-told-signed-out = 管理人员让您的闽枢账户在各处退出了登录。您可以重新登录；有疑问请问窗口。
identity-again-title = 请再输一次密码
identity-again-lead = 接下来要改的是登录方式，先确认是本人。10 分钟内不再问。
identity-again = 确认
identity-spare-title = 备用码
identity-spare-left = 还有 {$count} 个备用码没用。
identity-spare-lead = 手机丢了、换了，就靠这些备用码登录，每个只能用一次。请现在抄下或打印，放在安全的地方；离开这一页就不再显示。
identity-spare-kept = 已经保存好了
identity-spare-renew = 换一套新的备用码
identity-factor-guessed-at = 有人知道您闽枢账户的密码，但没有通过第二步。请尽快改密码。
identity-spare-code-used = 您的闽枢账户刚用一个备用码登录。不是您本人，请尽快改密码，并换一套备用码。
identity-told-totp-added = 您的闽枢账户启用了身份验证器。不是您本人，请尽快告诉窗口。
identity-told-totp-removed = 您的闽枢账户移除了身份验证器，登录只要密码。不是您本人，请尽快改密码。
identity-told-spare-renewed = 您的闽枢账户换了一套备用码，原来的作废。不是您本人，请尽快改密码。

# 找回账户
identity-purpose-own = 核实自己的手机，请登录后在“登录保护”里发送验证码
identity-wrong-recovery = 验证码不对，或者已经过期。再错 {$left} 次就要等一会儿
identity-wrong-recovery-wait = 验证码不对，或者已经过期。{ $unit ->
    [seconds] {$count} 秒
   *[minutes] {$count} 分钟
 }后才能再试
identity-factor-needed = 这个账户启用了身份验证器，请再填它显示的六位数字，或一个备用码；都没有了，请带身份证到窗口
identity-recovery-own = 不能给自己找回账户，请由别的工作人员办理
identity-recovery-same = 发起的人不能自己确认，请由另一位工作人员确认
identity-recovery-open = 这个账户已经有人在办找回，请先办完，或等它过期
identity-recovery-not-yet = 这个码要到 {$at} 才能用：去掉身份验证器要等一天，好让真正的主人有时间制止
identity-forgot = 忘记密码
identity-second-nothing-left = 身份验证器和备用码都没有了
identity-recover-title = 重设密码
identity-recover-lead = 用发到手机上的验证码，或者窗口给的十位码，设一个新密码。重设以后，各处的登录全部退出。
identity-recover-code = 验证码
identity-recover-code-hint = 短信里的六位数字，或窗口给的十位码
identity-recover-factor = 身份验证器的数字或备用码
identity-recover-sent = 如果这个手机号有账户，而且核实过，验证码已经发出，10 分钟内有效。
identity-recover = 设新密码
identity-recovered = 新密码已经生效，各处的登录都已退出。请用新密码登录
identity-recover-counter-title = 收不到验证码
identity-recover-counter = 手机没有核实过，或者身份验证器和备用码都丢了：请本人带身份证到窗口。两位工作人员核对以后，会给您一个码，填在上面。身份验证器也要去掉的，要等一天。
identity-code-recover = 闽枢重设密码的验证码 {$code}，10 分钟内有效。不是您本人在办，不用理会，也不要告诉任何人。
identity-code-verify = 闽枢核实手机的验证码 {$code}，10 分钟内有效。工作人员不会问您要验证码，请不要告诉任何人。
identity-phone-verified = 已核实
identity-phone-unverified = 未核实
identity-phone-verify = 核实手机
identity-phone-verify-lead = 核实以后，忘记密码时可以用短信重设。
identity-phone-verified-done = 手机已核实
identity-recovery-running = {$at}，窗口开始为到场的人找回这个账户。不是您本人在办，请马上制止。
identity-recovery-stop = 不是我，马上制止
identity-recovery-stopped = 已经制止，窗口给出的码作废。请尽快改密码
identity-recoveries-title = 找回账户
identity-recoveries-lead = 本人忘记密码、丢了身份验证器，到场核对证件以后办理：一位发起，另一位确认，系统马上通知本人。
identity-recoveries-waiting = 等待确认
identity-recoveries-none = 没有等待确认的。要发起，请先在“核验身份、登记代办”里找到账户。
identity-recovery-begin-link = 为本人找回账户
identity-recovery-begin = 发起，请另一位确认
identity-recovery-begun = 已发起，请另一位工作人员在这一页确认，一天内有效
identity-recovery-factor = 身份验证器和备用码也都丢了，一并去掉
identity-recovery-factor-note = 码要过一天才能用
identity-recovery-line = {$phone}，{$at}发起
identity-recovery-line-factor = {$phone}，{$at}发起，一并去掉身份验证器
identity-recovery-own-line = 您发起的，请另一位确认
identity-recovery-confirm = 核对无误，确认
identity-recovery-code-title = 给本人的码
identity-recovery-code-lead = 请抄给到场的本人，不要拍照、不要转告别人。离开这一页就不再显示。
identity-recovery-code-holds = {$from}起可以用，到{$until}为止，只能用一次。本人在登录页点“忘记密码”，填手机号、这个码和新密码。
identity-recovery-code-given = 已经交给本人
identity-told-recovery-begun = 窗口正在为到场的人找回您的闽枢账户。不是您本人，请马上登录，在“登录保护”里制止。
identity-told-recovery-confirmed = 窗口已确认找回您的闽枢账户，给出了重设密码的码。不是您本人，请马上登录，在“登录保护”里制止。
identity-told-recovery-waits = 窗口已确认找回您的闽枢账户，并将在一天后去掉身份验证器。不是您本人，请马上登录，在“登录保护”里制止。
identity-told-recovered = 您的闽枢账户重设了密码，各处的登录都已退出。不是您本人，请马上到窗口。
