//! Applications and cases: filling in, sending in, accepting, returning, deciding; deadlines and flags.

mod application;
mod clock;
mod facts;
mod handling;

use super::sentences;
use application::*;
use clock::*;
use facts::*;
use handling::*;

sentences! {
    // An application.
    r"“(.+?)”的申请表这样填：" => sample_fields;
    r"“(.+?)”的材料这样交：" => sample_materials;
    r"{人}照样填好申请表" => fill_in_sample;
    r"{人}照样填好申请表，但其中：" => fill_in_sample_but;
    r"{人}照样交齐材料" => upload_sample;
    r"{人}代表(\S+?)照样提交了“(.+?)”的申请" => apply_for_company;
    r"{人}照样提交了“(.+?)”的申请" => apply;
    r"{人}代表(\S+?)开始申请“(.+?)”" => begin_for_company;
    r"{人}开始申请“(.+?)”" => begin;
    r"{人}没有授权，硬要代表(\S+?)申请“(.+?)”" => begin_without_mandate;
    r"{人}填写：" => fill_in;
    r"{人}上传“(.+?)”，一个(\d+ ?(?:KB|MB)的\S+?文件)(?:，名字写成“(.+?)”)?" => upload;
    r"{人}把不是自己上传的文件当作“(.+?)”" => attach_foreign;
    r"{人}提交申请" => submit;
    r"{人}用同一个请求编号把申请提交了两次" => submit_twice;
    r"{人}的草稿里应当还有：" => draft_holds;
    r"{人}的草稿里应当写明来源：" => draft_tells_sources;
    r"{人}打开申请表的网页" => open_draft_page;
    r"{人}的草稿里应当还有(\d+)个文件" => draft_holds_files;
    // Handling.
    r"{人}受理办件" => accept;
    r"{人}退回办件补正，指出：" => return_case;
    r"{人}再次退回办件补正，因为“(.+?)”，指出：" => return_again;
    r"{人}开始补正" => begin_correction;
    r"{人}把办件转到下一环节" => advance;
    r"{人}准予许可，理由是“(.*?)”" => grant;
    r"{人}不予许可，理由是“(.*?)”" => deny;
    r"{人}不予受理，理由是“(.*?)”" => refuse;
    r"{人}撤回申请，理由是“(.*?)”" => withdraw;
    r"{人}准予许可，同时{人}不予许可" => decide_at_once;
    // Time, and departments side by side.
    r"{人}为(专家评审|听证|检验检测|现场勘验|公示)暂停计时，到(\S+?日)为止，理由是“(.*?)”" => suspend;
    r"{人}恢复计时，结果是“(.*?)”" => resume;
    r"{人}申请延长时限，理由是“(.*?)”" => ask_extension;
    r"{人}(批准|不批准)延长时限，理由是“(.*?)”" => answer_extension;
    r"{人}催办" => urge;
    r"{人}撤回上一步，理由是“(.*?)”" => recall;
    r"{人}答复本部门同意" => agree;
    r"{人}答复本部门不同意，理由是“(.*?)”" => disagree;
    r"{人}答复本部门要补正，指出：" => ask;
    r"{人}应当看到各部门的办理情况：" => departments_are;
    r"{人}应当看到计时停着，因为(\S+?)" => clock_stands;
    r"{人}应当看到时间这样算：" => counted_so;
    r"{人}的本地亮牌里应当(没有|有)这个办件" => flagged_has;
    // What is seen.
    r"办件编号应当以“(.+?)”开头" => number_begins;
    r"{人}应当有(\d+)个办件" => has_cases;
    r"{人}的待办里应当(没有|有)这个办件" => work_list_has;
    r"{人}待办里这个办件应当(亮黄牌|亮红牌|没有亮牌)" => work_list_flag;
    r"{人}应当看不到这个办件" => cannot_see;
    r"{人}看到的办理过程应当是：" => history_is;
    r"{人}应当看到办件由(\S+?)的(\S+?)办理，到(\S+?日)为止" => is_with;
    r"{人}应当看到办件在自己手里" => is_with_applicant;
    r"{人}应当看到承诺在(\S+?日)以前办结" => promised_by;
    r"{人}应当看到办件(已提交|待补正|已受理|已准予|未准予|未受理|已撤回)" => state_is;
    r"{人}应当看到补正要求：" => asked_to_correct;
    r"{人}打开办件的网页" => open_case_page;
    r"{人}打开待办的网页" => open_work_page;
}
